using System.Globalization;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Server.Demo;

/// <summary>Makes the calls of the demo: of each kind as often as its weight says, at a rate.</summary>
internal sealed class DemoCalls
{
    private static readonly (DemoCallKind Kind, int Weight)[] Mix =
    [
        (DemoCallKind.Answered, 40),
        (DemoCallKind.Queued, 14),
        (DemoCallKind.Outward, 12),
        (DemoCallKind.Busy, 7),
        (DemoCallKind.Cancelled, 7),
        (DemoCallKind.Unanswered, 5),
        (DemoCallKind.Failover, 4),
        (DemoCallKind.Unknown, 3),
        (DemoCallKind.Declined, 2),
        (DemoCallKind.Silent, 2),
        (DemoCallKind.WithoutAck, 2),
        (DemoCallKind.OldCSeq, 2),
    ];

    // So that a newcomer sees something at once: one of these each at the start.
    private static readonly DemoCallKind[] First =
    [
        DemoCallKind.Answered,
        DemoCallKind.Queued,
        DemoCallKind.Busy,
        DemoCallKind.Outward,
        DemoCallKind.Unknown,
        DemoCallKind.Cancelled,
        DemoCallKind.OldCSeq,
        DemoCallKind.Answered,
    ];

    private readonly DemoPhones _phones;
    private readonly SipRandom _dice = SipRandom.CreateSecure();
    private readonly Dictionary<string, DemoCallKind> _kinds = [];

    public DemoCalls(DemoPhones phones)
    {
        _phones = phones;
        foreach (var phone in phones.Answering.Append(phones.Gateway))
            phone.OnInvite = Receive;
    }

    /// <summary>Calls until it is stopped.</summary>
    /// <param name="rate">Calls a second.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(double rate, CancellationToken stop)
    {
        foreach (var kind in First)
            Call(kind);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Callers do not keep time.
                await Task.Delay(TimeSpan.FromSeconds(Between(0.3, 1.7) / rate), TimeProvider.System, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Call(Draw());
        }
    }

    /// <summary>Makes one call of a kind.</summary>
    public void Call(DemoCallKind kind)
    {
        var caller = _phones.Phones[Below(_phones.Phones.Count)];
        var call = caller.Invite(TargetOf(kind, caller), invite => Remember(invite["Call-ID"]!, kind));
        if (kind == DemoCallKind.WithoutAck)
            _phones.LoseAck(call);
        if (kind == DemoCallKind.Cancelled)
            call.CancelAfter(Seconds(2, 6));
        if (kind == DemoCallKind.Unanswered)
            call.CancelAfter(Seconds(15, 30));
        call.OnEstablished = up => Talk(up, kind);
        call.OnEnded = over =>
        {
            _phones.Forget(over);
            lock (_kinds)
                _kinds.Remove(over.CallId);
        };
    }

    private void Remember(string callId, DemoCallKind kind)
    {
        lock (_kinds)
            _kinds[callId] = kind;
    }

    private string TargetOf(DemoCallKind kind, ScriptedUserAgent caller)
    {
        var number = (1_000 + Below(9_000)).ToString(CultureInfo.InvariantCulture);
        var user = kind switch
        {
            DemoCallKind.Unknown => "nobody",
            DemoCallKind.Outward => DemoSettings.GatewayPrefix + "30555" + number,
            DemoCallKind.Failover => DemoSettings.FailoverPrefix + "30555" + number,
            DemoCallKind.Silent => DemoSettings.SilentPrefix + "30555" + number,
            DemoCallKind.Queued => _phones.Answering[_phones.Phones.Count + Below(_phones.Answering.Count - _phones.Phones.Count)].User,
            _ => Other(caller).User,
        };
        return $"sip:{user}@{DemoSettings.Domain}";
    }

    private ScriptedUserAgent Other(ScriptedUserAgent caller)
    {
        var others = _phones.Phones.Where(p => p != caller).ToList();
        return others[Below(others.Count)];
    }

    private void Receive(ScriptedCall call)
    {
        DemoCallKind kind;
        lock (_kinds)
            kind = _kinds.GetValueOrDefault(call.CallId);
        var ring = Seconds(1, 5);
        if (kind != DemoCallKind.Busy)
            call.Ring();
        switch (kind)
        {
            case DemoCallKind.Busy:
                call.Reject();
                return;
            case DemoCallKind.Declined:
                call.RejectAfter(ring, 603);
                return;
            case DemoCallKind.Cancelled or DemoCallKind.Unanswered:
                return;
            default:
                call.AnswerAfter(ring);
                break;
        }
        if (Below(2) == 0 && kind != DemoCallKind.WithoutAck)
            call.OnEstablished = up => up.ByeAfter(Seconds(8, 60));
    }

    private void Talk(ScriptedCall call, DemoCallKind kind)
    {
        call.ByeAfter(Seconds(8, 60));
        if (kind == DemoCallKind.OldCSeq)
            call.After(TimeSpan.FromSeconds(2), static up => SendOld(up));
    }

    private static void SendOld(ScriptedCall call)
    {
        if (call.State != CallState.Established)
            return;
        call.SendRequest("INFO");
        call.SendRequest("INFO", static info => info.Set("CSeq", "1 INFO"));
    }

    private DemoCallKind Draw()
    {
        var drawn = Below(Mix.Sum(static m => m.Weight));
        foreach (var (kind, weight) in Mix)
        {
            if (drawn < weight)
                return kind;
            drawn -= weight;
        }
        return DemoCallKind.Answered;
    }

    private int Below(int end) => (int)(_dice.Next() % (ulong)end);

    private double Between(double from, double to) => from + ((to - from) * ((_dice.Next() >> 11) * (1.0 / (1UL << 53))));

    private TimeSpan Seconds(double from, double to) => TimeSpan.FromSeconds(Between(from, to));
}
