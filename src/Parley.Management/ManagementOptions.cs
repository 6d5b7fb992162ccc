namespace Parley.Management;

/// <summary>Where the management side listens and what it bears.</summary>
public sealed class ManagementOptions
{
    /// <summary>The port that tools for OpenSIPS expect.</summary>
    public const int DefaultPort = 8888;

    /// <summary>
    /// Addresses for HTTP, each <c>address:port</c>; empty: 127.0.0.1:8888. Port 0 takes a free one. Beyond loopback they are served over TLS alone, and refused without a
    /// certificate and a credential in <see cref="Access"/>; on loopback <c>https://</c> before the address gives TLS.
    /// </summary>
    public IList<string> Listen { get; } = [];

    /// <summary>No HTTP at all: FIFO and datagrams only.</summary>
    public bool WithoutHttp { get; set; }

    /// <summary>The path of the MI, without slashes at its ends.</summary>
    public string MiRoot { get; set; } = "mi";

    /// <summary>Names by which the listeners are called besides loopback's, without port; a request whose Host is none of them is refused, so that no page of another site reaches it by a name of its own (DNS rebinding).</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The FIFO that commands are written to; empty: none.</summary>
    public string Fifo { get; set; } = "";

    /// <summary>The folder of the FIFOs that replies go to.</summary>
    public string FifoReplyDirectory { get; set; } = "/tmp";

    /// <summary>The mode bits of the FIFO, of which only those for owner and group can be set.</summary>
    public UnixFileMode FifoMode { get; set; } =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Places for requests in datagrams: <c>udp:127.0.0.1:8080</c>, or <c>unix:/run/parley/mi.sock</c>. UDP on loopback only.</summary>
    public IList<string> Datagrams { get; } = [];

    /// <summary>The longest request in bytes, 1 KB or more.</summary>
    public int MaxRequestSize { get; set; } = 1 << 20;

    /// <summary>How many commands run at once, 1 or more; further ones get an error at once.</summary>
    public int MaxRequests { get; set; } = 64;

    /// <summary>How many HTTP connections there may be, 1 or more.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary>How long a connection may take for the head of a request.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay without a request.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Who may call, and TLS.</summary>
    public ManagementAccessOptions Access { get; } = new();

    /// <summary>The API under <c>/api/v1</c>.</summary>
    public ManagementApiOptions Api { get; } = new();

    /// <summary>Events: the stream, webhooks, datagrams.</summary>
    public EventsOptions Events { get; } = new();

    /// <summary>The endpoint for language models.</summary>
    public ManagementMcpOptions Mcp { get; } = new();

    /// <summary>What is recorded of calls.</summary>
    public RecorderOptions Recorder { get; } = new();

    /// <summary>Numbers for Prometheus and for the charts of the page.</summary>
    public MetricsOptions Metrics { get; } = new();

    /// <summary>Which calls become traces.</summary>
    public TraceOptions Traces { get; } = new();

    /// <summary>Messages to and from capture tools.</summary>
    public HepOptions Hep { get; } = new();

    /// <summary>Whether a text can stand in <see cref="Listen"/> without an access of its own: an address of loopback and a port.</summary>
    /// <param name="text">Such as <c>127.0.0.1:8888</c> or <c>[::1]:8888</c>.</param>
    public static bool IsLoopbackAddress(string text) =>
        ListenAddresses.TryParsePlace(text, out ListenPlace? place) && Loopback.IsLoopback(place.EndPoint.Address);

    /// <summary>The address and port of a text of <see cref="Listen"/>; null: it cannot stand there.</summary>
    /// <param name="text">Such as <c>127.0.0.1:8888</c>, <c>https://[::1]:8889</c> or <c>0.0.0.0:8889</c>.</param>
    public static System.Net.IPEndPoint? EndPointOf(string text) =>
        ListenAddresses.TryParsePlace(text, out ListenPlace? place) ? place.EndPoint : null;

    /// <summary>Why a text cannot stand in <see cref="Listen"/> with these options, as a predicate of it; null: it can.</summary>
    /// <param name="text">One that <see cref="EndPointOf"/> takes.</param>
    public string? ListenFaultOf(string text) =>
        ListenAddresses.TryParsePlace(text, out ListenPlace? place)
            ? ListenAddresses.FaultOf(place, Access, Access.HasCredentials)
            : "cannot be read";

    /// <summary>Whether a text can stand in <see cref="Datagrams"/>.</summary>
    /// <param name="text">Such as <c>udp:127.0.0.1:8080</c> or <c>unix:/run/parley/mi.sock</c>.</param>
    public static bool IsDatagramPlace(string text) => DatagramPlace.TryParse(text, out _);
}
