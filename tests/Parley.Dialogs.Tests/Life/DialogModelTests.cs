using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.State;

/// <summary>Dialogs driven by events in any order, beside a model that knows only the table of <see cref="DialogStateMachineTests"/>.</summary>
public class DialogModelTests
{
    [Fact]
    public void Whatever_happens_in_whatever_order_a_dialog_is_where_the_table_says_and_tells_it_once() =>
        Gen.Select(Gen.Enum<DialogEvent>().List[0, 40], Gen.Bool)
            .Sample(
                (events, byeOnTimeout) =>
                {
                    using var fixture = new DialogFixture();
                    Dialog dialog = fixture.New(flags: byeOnTimeout ? DialogFlags.ByeOnTimeout : DialogFlags.None);
                    var told = new List<DialogCallbackTypes>();
                    int freed = 0;
                    var changes = new List<(DialogState, DialogState)>();
                    fixture.Module.StateChanged += (_, change) => changes.Add((change.OldState, change.NewState));
                    dialog.On(
                        DialogCallbackTypes.Early
                            | DialogCallbackTypes.Confirmed
                            | DialogCallbackTypes.Failed
                            | DialogCallbackTypes.RequestWithin
                            | DialogCallbackTypes.Terminated
                            | DialogCallbackTypes.Expired
                            | DialogCallbackTypes.Destroy,
                        (_, type, _) => told.Add(type),
                        null,
                        _ => freed++
                    );
                    var model = new Model(byeOnTimeout);
                    foreach (DialogEvent what in events)
                    {
                        dialog.Raise(what);
                        model.Take(what);

                        Assert.Equal(model.State, (int)dialog.State);
                        Assert.Equal(model.Told, told);
                        Assert.Equal(model.Changes, changes.Count);
                        for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
                            Assert.Equal(!model.IsDestroyed && model.State == (int)state ? 1 : 0, fixture.Module.Statistics.CountOf(state));
                    }

                    Assert.Equal(told.Count(static type => type == DialogCallbackTypes.Failed), fixture.Module.Statistics.FailedDialogs);
                    Assert.InRange(told.Count(static type => type == DialogCallbackTypes.Confirmed), 0, 1);
                    Assert.InRange(
                        told.Count(static type => type is DialogCallbackTypes.Terminated or DialogCallbackTypes.Expired),
                        0,
                        told.Count(static type => type == DialogCallbackTypes.Confirmed)
                    );
                    Assert.Equal(model.IsDestroyed ? 1 : 0, freed);
                    Assert.Equal(model.IsDestroyed, fixture.Module.Table.Find(dialog.Id) is null);
                }
            );

    /// <summary>The table, what it means that a BYE was seen, and that a BYE that cannot be sent counts as answered.</summary>
    private sealed class Model(bool byeOnTimeout)
    {
        private static readonly Dictionary<string, string[]> Rows = DialogStateMachineTests
            .Table.Split('\n')
            .Select(static row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(static row => row[0]);

        private bool _byeSeen;

        public int State { get; private set; } = 1;

        public int Changes { get; private set; }

        public bool IsDestroyed { get; private set; }

        public List<DialogCallbackTypes> Told { get; } = [];

        public void Take(DialogEvent what)
        {
            if (IsDestroyed)
                return;
            string cell = Rows[what.ToString()][State];
            if (what == DialogEvent.Success && State == 5 && _byeSeen)
                cell = "5-";
            bool expires = cell == "5X";
            if (expires && byeOnTimeout)
                cell = State + "-b";
            if (
                expires
                || cell.Contains('b')
                || (what == DialogEvent.Bye && State < 3)
                || (what == DialogEvent.ByeAnswered && State is 3 or 4)
                || (what == DialogEvent.Superseded && State == 3)
            )
                _byeSeen = true;
            if (cell[0] - '0' != State)
                Changes++;
            State = cell[0] - '0';
            DialogCallbackTypes tells = cell[1] switch
            {
                'E' => DialogCallbackTypes.Early,
                'C' => DialogCallbackTypes.Confirmed,
                'F' => DialogCallbackTypes.Failed,
                'R' => DialogCallbackTypes.RequestWithin,
                'T' => DialogCallbackTypes.Terminated,
                'X' => DialogCallbackTypes.Expired,
                'D' => DialogCallbackTypes.Destroy,
                _ => DialogCallbackTypes.None,
            };
            if (tells != DialogCallbackTypes.None)
                Told.Add(tells);
            IsDestroyed = tells == DialogCallbackTypes.Destroy;
            if (cell.Contains('b'))
                Take(DialogEvent.ByeAnswered);
        }
    }
}
