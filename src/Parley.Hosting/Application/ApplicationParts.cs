using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>What an application stands on; empty until the first of it is asked for.</summary>
internal sealed class ApplicationParts
{
    public ISipTransport? Transport { get; set; }

    public ISipServerLocator? Locator { get; set; }

    public TimeProvider? Time { get; set; }

    public SipRandom? Random { get; set; }

    /// <summary>Made last: when it is there, the others are.</summary>
    public TimerService? Timers { get; set; }
}
