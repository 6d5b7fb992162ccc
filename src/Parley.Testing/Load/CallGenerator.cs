namespace Parley.Testing;

/// <summary>
/// Makes many calls between scripted agents, each with a seeded plan: how long it rings, whether it is answered, rejected or cancelled, who hangs
/// up and when, what is sent meanwhile. It sets <see cref="ScriptedUserAgent.OnInvite"/> of the callees.
/// </summary>
public sealed class CallGenerator
{
    private readonly SimulatedNetwork _network;
    private readonly IReadOnlyList<ScriptedUserAgent> _callers;
    private readonly IReadOnlyList<ScriptedUserAgent> _callees;
    private readonly SimulationSource _dice;
    private readonly Dictionary<string, CallPlan> _plans = [];
    private bool _started;

    /// <summary>Prepares calls; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="network">Its clock runs them, its seed makes the plans.</param>
    /// <param name="callers">The agents that call, drawn at random.</param>
    /// <param name="callees">The agents that are called, drawn at random.</param>
    /// <param name="mix">How many calls of what kinds.</param>
    /// <exception cref="ArgumentException">There are no callers or no callees.</exception>
    public CallGenerator(
        SimulatedNetwork network,
        IReadOnlyList<ScriptedUserAgent> callers,
        IReadOnlyList<ScriptedUserAgent> callees,
        CallMix mix
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(callers);
        ArgumentNullException.ThrowIfNull(callees);
        ArgumentNullException.ThrowIfNull(mix);
        if (callers.Count == 0)
            throw new ArgumentException("No callers.", nameof(callers));
        if (callees.Count == 0)
            throw new ArgumentException("No callees.", nameof(callees));
        _network = network;
        _callers = callers;
        _callees = callees;
        Mix = mix;
        _dice = new SimulationSource(network.Seed ^ 0xCA11_CA11_CA11_CA11);
    }

    /// <summary>How many calls of what kinds.</summary>
    public CallMix Mix { get; }

    /// <summary>What became of them so far.</summary>
    public CallReport Report { get; } = new();

    /// <summary>The URI to call an agent by; its address unless set.</summary>
    public Func<ScriptedUserAgent, string> Target { get; set; } = callee => callee.Address;

    /// <summary>Called with every call that begins, at the caller.</summary>
    public Action<ScriptedCall>? OnCall { get; set; }

    /// <summary>True when every call was made and none is left on either side.</summary>
    public bool IsDone => Report.Ended >= Mix.Calls && ActiveCalls == 0;

    /// <summary>Calls that have not ended, both sides of each counted.</summary>
    public int ActiveCalls => _callers.Concat(_callees).Distinct().Sum(agent => agent.ActiveCalls);

    /// <summary>Schedules all calls.</summary>
    /// <exception cref="InvalidOperationException">Started before.</exception>
    public void Start()
    {
        if (_started)
            throw new InvalidOperationException("Started before.");
        _started = true;
        foreach (ScriptedUserAgent callee in _callees)
            callee.OnInvite = Receive;
        for (int i = 0; i < Mix.Calls; i++)
            _network.Clock.Schedule(new TimeSpan(_dice.Between(TimeSpan.Zero, Mix.Span)), Begin);
    }

    /// <summary>Starts, when that was not done, and runs the clock until every call is over on both sides.</summary>
    /// <param name="patience">Virtual time to wait after the last call was begun; 10 minutes when null.</param>
    /// <returns>Whether every call ended.</returns>
    public bool Run(TimeSpan? patience = null)
    {
        if (!_started)
            Start();
        TimeSpan limit = Mix.Span + Mix.MaximumTalk + Mix.MaximumRing + (patience ?? TimeSpan.FromMinutes(10));
        return _network.Clock.RunUntil(() => Report.Ended >= Mix.Calls && IsDone, limit);
    }

    private void Begin()
    {
        ScriptedUserAgent caller = _callers[(int)(_dice.Next() % (ulong)_callers.Count)];
        ScriptedUserAgent callee = _callees[(int)(_dice.Next() % (ulong)_callees.Count)];
        CallPlan plan = CallPlan.Draw(Mix, _dice);
        Report.Started++;
        ScriptedCall call = caller.Invite(Target(callee));
        _plans[call.CallId] = plan;
        if (plan.What is CallPlan.Kind.Cancel or CallPlan.Kind.Race)
            call.CancelAfter(plan.Ring);
        call.OnEstablished = established =>
        {
            if (plan.End != CallPlan.Ender.Callee)
                established.ByeAfter(plan.Talk);
            if (plan.RequestByCaller)
                Send(established, plan);
        };
        call.OnEnded = ended =>
        {
            Report.Count(ended);
            _plans.Remove(ended.CallId);
        };
        OnCall?.Invoke(call);
    }

    private void Receive(ScriptedCall call)
    {
        if (!_plans.TryGetValue(call.CallId, out CallPlan? plan))
        {
            // Changed by what lies between, or over already at the caller: do the plain thing.
            call.Answer();
            return;
        }
        if (plan.RingsFirst || plan.What is CallPlan.Kind.Cancel or CallPlan.Kind.Race or CallPlan.Kind.NoAnswer)
            call.Ring(reliable: plan.IsReliable);
        if (plan.What == CallPlan.Kind.Reject)
            call.RejectAfter(plan.Ring, plan.Status);
        if (plan.What is CallPlan.Kind.Answer or CallPlan.Kind.Race)
            call.AnswerAfter(plan.Ring);
        call.OnEstablished = established =>
        {
            if (plan.End != CallPlan.Ender.Caller)
                established.ByeAfter(plan.Talk);
            if (!plan.RequestByCaller)
                Send(established, plan);
        };
    }

    private static void Send(ScriptedCall call, CallPlan plan)
    {
        if (plan.Request is not { } method)
            return;
        call.After(
            plan.RequestAfter,
            later =>
            {
                if (later.State == CallState.Established)
                    later.SendRequest(method);
            }
        );
    }
}
