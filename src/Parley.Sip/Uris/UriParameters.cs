namespace Parley.Sip;

/// <summary>The URI parameters that decide where a request goes (RFC 3261 19.1.1).</summary>
[Flags]
internal enum UriParameters : byte
{
    None = 0,
    Lr = 1,
    MAddr = 2,
    Transport = 4,
    All = Lr | MAddr | Transport,
}
