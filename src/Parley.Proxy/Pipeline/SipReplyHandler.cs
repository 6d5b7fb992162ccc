namespace Parley.Proxy;

/// <summary>Sees each response before it goes upstream (OpenSIPS's reply route).</summary>
/// <param name="reply">The response; valid during the call.</param>
public delegate void SipReplyHandler(SipReplyContext reply);
