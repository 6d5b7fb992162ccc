using Parley.Hosting;

namespace Parley.Management;

/// <summary>The errors of JSON-RPC 2.0 (section 5.1 of its specification), in the words of OpenSIPS.</summary>
internal static class MiErrors
{
    public const int InvalidParameters = -32602;

    public static readonly MiResult Parse = MiResult.Error(-32700, "Parse error");
    public static readonly MiResult InvalidRequest = MiResult.Error(-32600, "Invalid Request");
    public static readonly MiResult MethodNotFound = MiResult.Error(-32601, "Method not found");
    public static readonly MiResult Forbidden = MiResult.Error(403, "Forbidden", "The caller may only read");
    public static readonly MiResult Failed = Server("Command handler returned null");
    public static readonly MiResult TooManyRequests = Server("Too many requests");
    public static readonly MiResult TooLarge = Server(
        "The reply does not fit a datagram: ask for less (index and counter), or use HTTP or the FIFO"
    );

    public static MiResult Invalid(string data) => MiResult.Error(InvalidParameters, "Invalid params", data);

    public static MiResult Server(string data) => MiResult.Error(-32000, "Server error", data);
}
