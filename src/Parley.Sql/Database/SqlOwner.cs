namespace Parley.Sql;

/// <summary>What has a table.</summary>
/// <param name="Number">The number of its session at the server; 0 where there is no server.</param>
/// <param name="Text">For a message.</param>
internal readonly record struct SqlOwner(long Number, string Text);
