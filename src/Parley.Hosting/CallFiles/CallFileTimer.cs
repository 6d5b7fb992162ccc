namespace Parley.Hosting;

/// <summary>A timer of the dialog that ran when the call was saved.</summary>
/// <param name="Name">Its name, such as <c>lifetime</c> or <c>ping</c>.</param>
/// <param name="Due">When it fires, UTC.</param>
public readonly record struct CallFileTimer(string Name, DateTimeOffset Due);
