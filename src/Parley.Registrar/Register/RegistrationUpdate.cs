using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>What one REGISTER asks of the table, read and checked: the input of RFC 3261 10.3 steps 6 and 7.</summary>
internal sealed class RegistrationUpdate
{
    public required string CallId { get; init; }

    public required uint CSeq { get; init; }

    /// <summary>"Contact: *": remove all.</summary>
    public bool RemovesAll { get; init; }

    public List<ContactUpdate> Contacts { get; } = [];

    public IReadOnlyList<byte[]> Path { get; init; } = [];

    public SipFlow? Flow { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>Made by code, not by a REGISTER: no ordering by Call-ID and CSeq.</summary>
    public bool IsLocal { get; init; }
}

/// <summary>One Contact of a REGISTER.</summary>
/// <param name="Uri">Its URI.</param>
/// <param name="Q">Thousandths.</param>
/// <param name="Seconds">Lifetime granted; 0 removes.</param>
/// <param name="SendOverFlow">Whether to reach it over the flow, not by its URI.</param>
/// <param name="InstanceId">+sip.instance.</param>
/// <param name="RegId">reg-id.</param>
internal readonly record struct ContactUpdate(SipUri Uri, int Q, long Seconds, FlowUse SendOverFlow, string? InstanceId, int RegId);
