namespace Parley.Server.Demo;

/// <summary>What <c>parley demo</c> was asked for.</summary>
/// <param name="HttpPort">The port of page and API on 127.0.0.1.</param>
/// <param name="SipPort">The port of SIP on 127.0.0.1; 0 takes a free one.</param>
/// <param name="Rate">Calls a second, above zero.</param>
/// <param name="IsLogged">Calls are in the log.</param>
internal sealed record DemoOptions(int HttpPort, int SipPort, double Rate, bool IsLogged);
