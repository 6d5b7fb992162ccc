using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>What the rules of <see cref="RequestValidation"/> look at.</summary>
/// <param name="request">The request.</param>
/// <param name="transport">Knows which URIs are own.</param>
/// <param name="context">The request's context, for the loop check.</param>
/// <param name="isLoop">The loop check; null for none.</param>
internal readonly ref struct ValidationInput(
    SipMessage request,
    ISipTransport transport,
    SipContext? context = null,
    LoopCheck? isLoop = null
)
{
    public SipMessage Request { get; } = request;

    public ISipTransport Transport { get; } = transport;

    public bool IsLoop => isLoop is not null && isLoop(context!);
}
