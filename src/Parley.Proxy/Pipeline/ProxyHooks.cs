namespace Parley.Proxy;

/// <summary>What runs on requests by the application's word: its main route, its hooks and the modules. Set before the start; read without a lock.</summary>
internal sealed class ProxyHooks
{
    public SipRequestHandler? Handler { get; set; }

    public SipBranchHandler[] Branch { get; set; } = [];

    public SipReplyHandler[] Reply { get; set; } = [];

    public SipRequestHandler[] Failure { get; set; } = [];

    public IProxyModule[] Modules { get; set; } = [];
}
