using Xunit;
using static Parley.Dialogs.DialogEffects;

namespace Parley.Dialogs.Tests.State;

/// <summary>Every (state, event) pair against the table of the field's behaviour, written down a second time by hand.</summary>
public class DialogStateMachineTests
{
    // Columns: states 1 to 5. A cell is the state after and the callback that runs: E early, C confirmed, F failed, R request within,
    // T terminated, X expired, D destroy, - none; "!" logged as out of place; "c" CANCEL the branches, "b" send BYEs.
    // Rows with bye-on-timeout or a BYE seen before stand below.
    internal const string Table = """
        Provisional      2E   2-   3-   4-   5-
        Success          3C   3C   3-   4-   3C
        Failure          5F   5F   3-   4-   5-
        TransactionGone  5F   5F   3-   4-   5-
        Ack              1R!  2R!  4R   4R   5R!
        Bye              1R   2R   3-   4-   5R!
        EarlyByeOfCallee 1R!  2R!  3R   4R   5R!
        Request          1R!  2R   3R   4R   5R!
        LifetimeOver     1-   2-   5X   5X   5-
        EarlyOver        5Fc  5Fc  3-   4-   5-
        AckOver          1-   2-   5X   4-   5-
        Terminate        1-c  2-c  3-b  4-b  5-
        ByeAnswered      1-   2-   5T   5T   5-
        Superseded       1-   2-   5T   4-   5-
        DelayOver        1-   2-   3-   4-   5D
        """;

    public static TheoryData<string, int, string, bool, bool> Cells()
    {
        var data = new TheoryData<string, int, string, bool, bool>();
        foreach (string row in Table.Split('\n'))
        {
            string[] cells = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int state = 1; state <= 5; state++)
            {
                foreach (bool byeSeen in new[] { false, true })
                {
                    foreach (bool byeOnTimeout in new[] { false, true })
                    {
                        string cell = cells[state];
                        if (cells[0] == "Success" && state == 5 && byeSeen)
                            cell = "5-";
                        if (byeOnTimeout && cell == "5X")
                            cell = state + "-b";
                        data.Add(cells[0], state, cell, byeSeen, byeOnTimeout);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_state_and_event_leads_where_the_table_says(string what, int state, string cell, bool byeSeen, bool byeOnTimeout)
    {
        DialogStep step = DialogStateMachine.Next((DialogState)state, Enum.Parse<DialogEvent>(what), byeSeen, byeOnTimeout);

        Assert.Equal(cell[0] - '0', (int)step.State);
        Assert.Equal(Callback(cell[1]), step.Effects & AllCallbacks);
        Assert.Equal(cell.Contains('!'), (step.Effects & Bogus) != 0);
        Assert.Equal(cell.Contains('c'), (step.Effects & CancelBranches) != 0);
        Assert.Equal(cell.Contains('b'), (step.Effects & SendByes) != 0);
    }

    [Fact]
    public void The_table_has_every_event() =>
        Assert.Equal(Enum.GetNames<DialogEvent>().Order(), Table.Split('\n').Select(row => row.Split(' ')[0]).Order());

    [Fact]
    public void A_change_of_state_is_announced_and_nothing_else_is()
    {
        foreach ((DialogState state, DialogStep step) in EveryStep())
            Assert.Equal(step.State != state, (step.Effects & StateChanged) != 0);
    }

    [Fact]
    public void Whatever_leads_to_the_end_leaves_the_profiles_starts_the_delay_and_tells_the_stores()
    {
        foreach ((DialogState state, DialogStep step) in EveryStep())
        {
            DialogEffects end = Ended | LeaveProfiles | Forget;
            bool ends = state != DialogState.Deleted && step.State == DialogState.Deleted;
            Assert.Equal(ends ? end : None, step.Effects & end);
        }
    }

    [Fact]
    public void An_end_runs_exactly_one_of_failed_terminated_and_expired()
    {
        foreach ((DialogState state, DialogStep step) in EveryStep())
        {
            DialogEffects ends = step.Effects & (RunFailed | RunTerminated | RunExpired);
            int count = int.PopCount((int)ends);
            Assert.Equal(state != DialogState.Deleted && step.State == DialogState.Deleted ? 1 : 0, count);
            Assert.Equal((ends & RunFailed) != 0, (step.Effects & CountFailed) != 0);
        }
    }

    [Fact]
    public void Only_a_two_hundred_leads_out_of_the_deleted_state()
    {
        foreach (DialogEvent what in Enum.GetValues<DialogEvent>())
            if (what != DialogEvent.Success)
                Assert.Equal(DialogState.Deleted, DialogStateMachine.Next(DialogState.Deleted, what, false, false).State);
    }

    private const DialogEffects AllCallbacks =
        RunEarly
        | RunConfirmed
        | RunFailed
        | RunRequestWithin
        | RunTerminated
        | RunExpired
        | RunDestroy
        | RunCreated
        | RunResponseForwarded
        | RunResponseWithin;

    private static DialogEffects Callback(char letter) =>
        letter switch
        {
            'E' => RunEarly,
            'C' => RunConfirmed,
            'F' => RunFailed,
            'R' => RunRequestWithin,
            'T' => RunTerminated,
            'X' => RunExpired,
            'D' => RunDestroy,
            _ => None,
        };

    private static IEnumerable<(DialogState State, DialogStep Step)> EveryStep() =>
        from state in Enum.GetValues<DialogState>()
        where state != DialogState.None
        from what in Enum.GetValues<DialogEvent>()
        from byeSeen in new[] { false, true }
        from byeOnTimeout in new[] { false, true }
        select (state, DialogStateMachine.Next(state, what, byeSeen, byeOnTimeout));
}
