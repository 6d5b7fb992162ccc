namespace Parley.Transport;

/// <summary>What is asked, so that the cache is found without building the "_sip._udp." name.</summary>
internal enum DnsQuestionKind : byte
{
    Naptr,

    /// <summary>SRV of a name that a NAPTR record gave.</summary>
    Srv,

    /// <summary>SRV of "_sip._udp" and the domain; those below alike.</summary>
    SrvSipUdp,
    SrvSipTcp,
    SrvSipsTcp,
    SrvSipWs,
    SrvSipsWs,
    A,
    Aaaa,
}

/// <summary>A kind and a name, compared without case.</summary>
internal readonly record struct DnsQuestion(DnsQuestionKind Kind, string Name)
{
    public bool Equals(DnsQuestion other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Kind, string.GetHashCode(Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name as the DNS has it.</summary>
    public string FullName =>
        Kind switch
        {
            DnsQuestionKind.SrvSipUdp => "_sip._udp." + Name,
            DnsQuestionKind.SrvSipTcp => "_sip._tcp." + Name,
            DnsQuestionKind.SrvSipsTcp => "_sips._tcp." + Name,
            DnsQuestionKind.SrvSipWs => "_sip._ws." + Name,
            DnsQuestionKind.SrvSipsWs => "_sips._ws." + Name,
            _ => Name,
        };

    public static DnsQuestionKind SrvOf(SipProtocol protocol) =>
        protocol switch
        {
            SipProtocol.Udp => DnsQuestionKind.SrvSipUdp,
            SipProtocol.Tcp => DnsQuestionKind.SrvSipTcp,
            SipProtocol.Tls => DnsQuestionKind.SrvSipsTcp,
            SipProtocol.Ws => DnsQuestionKind.SrvSipWs,
            _ => DnsQuestionKind.SrvSipsWs,
        };
}
