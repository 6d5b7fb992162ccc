namespace Parley.House.Tests.Circles;

/// <summary>One type uses another.</summary>
/// <param name="From">The type that refers.</param>
/// <param name="To">The type that is referred to.</param>
/// <param name="Count">In how many places.</param>
/// <param name="Place">The first of them: file and line.</param>
internal sealed record TypeReference(string From, string To, int Count, string Place);
