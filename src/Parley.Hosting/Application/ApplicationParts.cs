using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>What the services hand out of an application; empty until it is built.</summary>
internal sealed class ApplicationParts
{
    public ParleyApplication? Application { get; set; }

    public ISipTransport? Transport { get; set; }

    public ISipServerLocator? Locator { get; set; }

    public TimeProvider? Time { get; set; }

    public SipRandom? Random { get; set; }

    public TimerService? Timers { get; set; }

    public static T Require<T>(T? part)
        where T : class => part ?? throw new InvalidOperationException($"{typeof(T).Name} is there once the application has been built.");
}
