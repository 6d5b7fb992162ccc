namespace Parley.Management;

/// <summary>Takes the packets that HEP listeners receive. Register it in the services; without one they are counted only.</summary>
public interface IHepSink
{
    /// <summary>Takes a packet of SIP. Called by several threads; must not block.</summary>
    /// <param name="packet">The packet.</param>
    void Take(HepPacket packet);
}
