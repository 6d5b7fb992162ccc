using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.Table;

public class DialogTableTests
{
    [Fact]
    public void The_table_behaves_like_a_dictionary_however_dialogs_come_and_go() => Gen.Select(Gen.Int[0, 9], Gen.Bool).Array[0, 120].Sample(steps =>
    {
        using var bench = new DialogBench(options => options.HashSize = 4);
        var model = new List<Dialog>();
        foreach ((int call, bool add) in steps)
        {
            string callId = $"call{call}";
            if (add)
            {
                model.Add(bench.New(callId));
            }
            else if (model.FindIndex(d => d.CallId == callId) is var at and >= 0)
            {
                Dialog gone = model[at];
                model.RemoveAt(at);
                gone.Happen(DialogEvent.Failure);
                gone.Happen(DialogEvent.DelayOver);
                Assert.Null(bench.Module.Table.Find(gone.Id));
            }

            Dialog? youngest = model.FindLast(d => d.CallId == callId);
            Assert.Same(youngest, bench.Module.Table.FindByCallId(Encoding.ASCII.GetBytes(callId)));
        }

        Assert.All(model, d => Assert.Same(d, bench.Module.Table.Find(d.Id)));
        Assert.Equal(model.Select(d => d.Id).Order(), bench.Module.Table.Snapshot(includeDeleted: true).Select(d => d.Id).Order());
        Assert.Equal(model.Count, bench.Module.Table.Count(DialogState.Unconfirmed));
    }, iter: 300);

    [Fact]
    public void Every_id_lies_in_the_entry_of_its_call_id_and_counts_up_from_a_seeded_start()
    {
        using var bench = new DialogBench();
        DialogId first = bench.Module.Table.NewId("abcd"u8), second = bench.Module.Table.NewId("abcd"u8);

        Assert.Equal(1048u, first.Entry);
        Assert.Equal(unchecked(first.Id + 1), second.Id);
        Assert.NotEqual(first.Id, bench.Module.Table.NewId("1"u8).Id);
    }

    [Fact]
    public void Catalogue_05_an_id_of_zero_is_an_id()
    {
        using var bench = new DialogBench();
        var dialog = new Dialog(bench.Module, new DialogId(55, 0), "1"u8, "sip:a@a"u8, "sip:b@b"u8, DialogFlags.None);
        dialog.Begin(null);

        Assert.Same(dialog, bench.Module.Table.Find(new DialogId(55, 0)));
        Assert.Same(dialog, bench.Module.FindByDid("73.0"));
        Assert.Null(bench.Module.Find(new DialogId(4096, 0)));
        Assert.Null(bench.Module.Find(new DialogId(uint.MaxValue, 0)));
    }

    [Fact]
    public void A_call_that_goes_on_is_found_before_one_that_is_over()
    {
        using var bench = new DialogBench();
        Dialog older = bench.New("x"), younger = bench.New("x");
        Assert.Same(younger, bench.Module.FindByCallId("x"));
        younger.Happen(DialogEvent.Failure);
        Assert.Same(older, bench.Module.FindByCallId("x"));
        older.Happen(DialogEvent.Failure);
        Assert.Same(younger, bench.Module.FindByCallId("x"));
        Assert.Null(bench.Module.FindByCallId("y"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1 << 25)]
    [InlineData(-4096)]
    public void A_hash_size_that_is_no_power_of_two_is_refused(int size) =>
        Assert.Contains("HashSize", Assert.Throws<ArgumentException>(() => new DialogBench(options => options.HashSize = size)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("lr")]
    [InlineData("FTAG")]
    [InlineData("a-name-that-is-longer-than-32-chars")]
    public void A_record_route_parameter_that_cannot_be_is_refused(string name) =>
        Assert.Contains("RecordRouteParameter", Assert.Throws<ArgumentException>(() => new DialogBench(options => options.RecordRouteParameter = name)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Dialogs_made_and_ended_by_many_threads_leave_nothing_behind()
    {
        using var bench = new DialogBench();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                Dialog dialog = bench.New($"{t}-{i % 50}");
                dialog.Happen(DialogEvent.Success);
                dialog.Happen(DialogEvent.Ack);
                dialog.Happen(DialogEvent.Bye);
                dialog.Happen(DialogEvent.DelayOver);
            }
        }, TestContext.Current.CancellationToken)));

        for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++) Assert.Equal(0, bench.Module.Table.Count(state));
        Assert.Empty(bench.Module.Table.Snapshot(includeDeleted: true));
    }
}
