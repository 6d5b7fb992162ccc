namespace Parley.EndToEnd.Tests;

/// <summary>Insides of "Parley": {...} for the tests.</summary>
internal static class Settings
{
    public static string Udp(int port, string? routes = null) => Listeners($"udp:127.0.0.1:{port}") + Routes(routes);

    public static string Listeners(params string[] endPoints) =>
        $"\"Listeners\": [{string.Join(", ", endPoints.Select(e => $$"""{ "Endpoint": "{{e}}" }"""))}]";

    public static string Routes(string? routes) => routes is null ? string.Empty : $", \"Routes\": [{routes}]";

    public static string PrefixRoute(string prefix, int port, string transport = "udp") =>
        $$"""{ "Prefix": "{{prefix}}", "Target": "sip:127.0.0.1:{{port}};transport={{transport}}" }""";

    /// <summary>What the callee scenario writes into its Contact.</summary>
    public static string[] Contact(int port, string transport = "udp") =>
        ["-key", "contact", $"127.0.0.1:{port}", "-key", "contacttransport", transport];
}
