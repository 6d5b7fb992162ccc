using Parley.Transport;

namespace Parley.Management;

/// <summary>Puts the messages that other elements captured into the recorder's ring.</summary>
internal sealed class HepRecording(RecorderService recorder, TimeProvider time) : IHepSink
{
    /// <summary>A clock further off than this is wrong: the time of arrival counts then.</summary>
    private static readonly TimeSpan MaxOff = TimeSpan.FromMinutes(10);

    private const int Tcp = 6;
    private const int Tls = 22;

    /// <inheritdoc/>
    public void Take(HepPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (recorder.Recorder is not { } ring)
            return;
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset at = (now - packet.Time).Duration() > MaxOff ? now : packet.Time;
        SipProtocol protocol = packet.Protocol switch
        {
            Tcp => SipProtocol.Tcp,
            Tls => SipProtocol.Tls,
            _ => SipProtocol.Udp,
        };
        ring.OnForeign(at, SipEndPoint.From(packet.Source), SipEndPoint.From(packet.Target), protocol, packet.Payload);
    }
}
