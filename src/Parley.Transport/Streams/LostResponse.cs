namespace Parley.Transport;

/// <summary>A response that its connection did not take with it, and the token to report when it cannot be sent at all.</summary>
internal readonly record struct LostResponse(byte[] Bytes, ulong Token);
