#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
namespace Parley.Proxy;

public sealed partial class SipContext
{
    /// <summary>Answers with a response of the proxy's own. After a final response, and for ACK, it does nothing.</summary>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Reason phrase; null: the usual one.</param>
    /// <param name="headerLines">Further header lines, each ended by CRLF.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such status.</exception>
    public void Reply(int statusCode, string? reason = null, ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();

    /// <summary>Sees each response to this request before it goes upstream; runs after the application's.</summary>
    /// <param name="handler">The hook.</param>
    public void OnReply(SipReplyHandler handler) => throw new NotImplementedException();
}
