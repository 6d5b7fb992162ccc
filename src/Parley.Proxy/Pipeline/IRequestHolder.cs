using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Has a request that another thread wants the name of.</summary>
internal interface IRequestHolder
{
    /// <summary>For another thread, which has to expect that the request changes as it reads it; null once the request is let go.</summary>
    SipMessage? PeekRequest();
}
