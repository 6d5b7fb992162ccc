namespace Parley.Management;

/// <summary>A parameter of the query of a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means, for the document.</param>
/// <param name="Type">Its type there: <c>string</c>, <c>integer</c>, <c>boolean</c>.</param>
internal sealed record ApiParameter(string Name, string Description, string Type = "string");
