using Parley.Hosting;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>The place where a recorded call is run again: network, clock and chance for the application.</summary>
public sealed class ReplaySite
{
    private readonly ReplayTransport _transport;

    internal ReplaySite(CallFile file, SimulatedClock clock, ReplayTransport transport, ISipServerLocator locator)
    {
        File = file;
        Clock = clock;
        _transport = transport;
        Locator = locator;
    }

    /// <summary>The recording.</summary>
    public CallFile File { get; }

    /// <summary>The clock; it starts at the time of the recording.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>The network: the recording's listeners. What is sent by it goes nowhere but into the comparison.</summary>
    public ISipTransport Transport => _transport;

    /// <summary>Leads names to where the recording's messages to them went; literal addresses to themselves.</summary>
    public ISipServerLocator Locator { get; }

    /// <summary>The request that is tried; of a replay the recording's first.</summary>
    /// <exception cref="InvalidOperationException">The recording begins with none.</exception>
    public SipMessage Request =>
        File.Messages.FirstOrDefault()?.Read() is { IsRequest: true } request
            ? request
            : throw new InvalidOperationException("There is no request.");

    /// <summary>The source of tags and branches.</summary>
    public SipRandom Random { get; } = SipRandom.FromSeed(1);

    /// <summary>Gives the steps that the application took in the replay, to be compared with the recorded ones; null: steps are not compared.</summary>
    public Func<IReadOnlyList<CallFileStep>>? Steps { get; set; }

    /// <summary>Gives an application the network, the clock and the chance of this place.</summary>
    /// <param name="builder">The application's builder.</param>
    public void AddTo(ParleyApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseTransport(Transport).UseTimeProvider(Clock).UseRandom(Random).UseLocator(Locator);
    }

    /// <summary>The way to a recorded contact: by which its REGISTER came.</summary>
    /// <param name="contact">The contact.</param>
    /// <returns>Null when it was not recorded, or this place has no listener for it.</returns>
    public SipFlow? FlowTo(CallFileContact contact) =>
        contact.Received is { } received
        && SipListenerOptions.TryParse(received, out SipListenerOptions? place)
        && _transport.ListenerFor(place.Protocol, SipEndPoint.From(place.EndPoint), null) is { } listener
            ? _transport.FlowFrom(listener, SipEndPoint.From(place.EndPoint))
            : null;
}
