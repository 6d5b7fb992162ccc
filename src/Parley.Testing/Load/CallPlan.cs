namespace Parley.Testing;

/// <summary>What the two sides of a generated call will do.</summary>
internal sealed class CallPlan
{
    internal enum Kind
    {
        Answer,
        Reject,
        Cancel,
        Race,
        NoAnswer,
    }

    internal enum Ender
    {
        Caller,
        Callee,
        Both,
    }

    internal Kind What { get; private init; }

    internal Ender End { get; private init; }

    internal TimeSpan Ring { get; private init; }

    internal TimeSpan Talk { get; private init; }

    internal bool RingsFirst { get; private init; }

    internal bool IsReliable { get; private init; }

    internal int Status { get; private init; }

    /// <summary>A request in the middle of the call, or null.</summary>
    internal string? Request { get; private init; }

    internal bool RequestByCaller { get; private init; }

    internal TimeSpan RequestAfter { get; private init; }

    internal static CallPlan Draw(CallMix mix, SimulationSource dice)
    {
        TimeSpan talk = new(dice.Between(mix.MinimumTalk, mix.MaximumTalk));
        int end = Share(dice, mix.EndedByCallee, mix.EndedByBoth);
        int request = Share(dice, mix.Requests / 2, mix.Requests / 4, mix.Requests / 4);
        return new CallPlan
        {
            What = (Kind)Weight(dice, mix.Answered, mix.Rejected, mix.Cancelled, mix.Races, mix.Unanswered),
            End = end switch
            {
                0 => Ender.Callee,
                1 => Ender.Both,
                _ => Ender.Caller,
            },
            Ring = new(dice.Between(mix.MinimumRing, mix.MaximumRing)),
            Talk = talk,
            RingsFirst = dice.Chance(0.8),
            IsReliable = dice.Chance(mix.Reliable),
            Status = dice.Chance(0.7) ? 486 : 603,
            Request = request switch
            {
                0 => "INVITE",
                1 => "UPDATE",
                2 => "INFO",
                _ => null,
            },
            RequestByCaller = dice.Chance(0.5),
            RequestAfter = new(dice.Between(TimeSpan.Zero, talk)),
        };
    }

    private static int Weight(SimulationSource dice, params ReadOnlySpan<int> weights)
    {
        int sum = 0;
        foreach (int weight in weights)
            sum += weight;
        if (sum <= 0)
            return 0;
        int drawn = (int)(dice.Next() % (ulong)sum);
        for (int i = 0; i < weights.Length; i++)
        {
            if (drawn < weights[i])
                return i;
            drawn -= weights[i];
        }
        return 0;
    }

    /// <summary>The index of the share that was drawn, or the number of shares when none was.</summary>
    private static int Share(SimulationSource dice, params ReadOnlySpan<double> shares)
    {
        double drawn = (dice.Next() >> 11) * (1.0 / (1UL << 53));
        for (int i = 0; i < shares.Length; i++)
        {
            if (drawn < shares[i])
                return i;
            drawn -= shares[i];
        }
        return shares.Length;
    }
}
