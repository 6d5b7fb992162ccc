namespace Parley.Proxy;

/// <summary>One Route value of the request: the whole value, its URI, and whether the URI has lr.</summary>
internal readonly record struct RouteSlice(MessageSlice Text, MessageSlice Uri, bool IsLoose);
