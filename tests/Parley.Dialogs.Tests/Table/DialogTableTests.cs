using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.Table;

public class DialogTableTests
{
    [Fact]
    public void The_table_behaves_like_a_dictionary_however_dialogs_come_and_go() =>
        Gen.Select(Gen.Int[0, 9], Gen.Bool)
            .Array[0, 120]
            .Sample(
                steps =>
                {
                    using var fixture = new DialogFixture(options => options.HashSize = 4);
                    var model = new List<Dialog>();
                    foreach ((int call, bool add) in steps)
                    {
                        string callId = $"call{call}";
                        if (add)
                        {
                            model.Add(fixture.New(callId));
                        }
                        else if (model.FindIndex(d => d.CallId == callId) is var at and >= 0)
                        {
                            Dialog gone = model[at];
                            model.RemoveAt(at);
                            gone.Raise(DialogEvent.Failure);
                            gone.Raise(DialogEvent.DelayOver);
                            Assert.Null(fixture.Module.Table.Find(gone.Id));
                        }

                        Dialog? youngest = model.FindLast(d => d.CallId == callId);
                        Assert.Same(youngest, fixture.Module.Table.FindByCallId(Encoding.ASCII.GetBytes(callId)));
                    }

                    Assert.All(model, d => Assert.Same(d, fixture.Module.Table.Find(d.Id)));
                    Assert.Equal(
                        model.Select(d => d.Id).Order(),
                        fixture.Module.Table.Snapshot(includeDeleted: true).Select(d => d.Id).Order()
                    );
                    Assert.Equal(model.Count, fixture.Module.Table.Count(DialogState.Unconfirmed));
                },
                iter: 300
            );

    [Fact]
    public void Every_id_lies_in_the_entry_of_its_call_id_and_counts_up_from_a_seeded_start()
    {
        using var fixture = new DialogFixture();
        DialogId first = fixture.Module.Table.NextId("abcd"u8),
            second = fixture.Module.Table.NextId("abcd"u8);

        Assert.Equal(1048u, first.Entry);
        Assert.Equal(unchecked(first.Id + 1), second.Id);
        Assert.NotEqual(first.Id, fixture.Module.Table.NextId("1"u8).Id);
    }

    [Fact]
    public void Catalogue_05_an_id_of_zero_is_an_id()
    {
        using var fixture = new DialogFixture();
        var dialog = fixture.Module.Table.NewDialog(fixture.Module, new DialogId(55, 0), "1"u8, "sip:a@a"u8, "sip:b@b"u8, DialogFlags.None);
        fixture.Module.Table.Begin(dialog, null);

        Assert.Same(dialog, fixture.Module.Table.Find(new DialogId(55, 0)));
        Assert.Same(dialog, fixture.Module.FindByDid("73.0"));
        Assert.Null(fixture.Module.Find(new DialogId(4096, 0)));
        Assert.Null(fixture.Module.Find(new DialogId(uint.MaxValue, 0)));
    }

    [Fact]
    public void A_call_that_goes_on_is_found_before_one_that_is_over()
    {
        using var fixture = new DialogFixture();
        Dialog older = fixture.New("x"),
            younger = fixture.New("x");
        Assert.Same(younger, fixture.Module.FindByCallId("x"));
        younger.Raise(DialogEvent.Failure);
        Assert.Same(older, fixture.Module.FindByCallId("x"));
        older.Raise(DialogEvent.Failure);
        Assert.Same(younger, fixture.Module.FindByCallId("x"));
        Assert.Null(fixture.Module.FindByCallId("y"));
    }

    [Fact]
    public void Of_three_dialogs_with_one_call_id_the_youngest_comes_first_whichever_goes_and_however_the_table_grows()
    {
        for (int gone = 0; gone < 3; gone++)
        {
            for (int grownAfter = 0; grownAfter < 5; grownAfter++)
            {
                using var fixture = new DialogFixture(options => options.HashSize = 1);
                var youngestFirst = new List<Dialog>();
                var removed = new List<Dialog>();
                for (int step = 0; step < 5; step++)
                {
                    if (step == 3)
                    {
                        removed.Add(youngestFirst[2 - gone]);
                        youngestFirst.Remove(removed[0]);
                        End(removed[0]);
                    }
                    else
                    {
                        youngestFirst.Insert(0, fixture.New("x"));
                    }

                    if (step == grownAfter)
                        GrowAndShrink(fixture);
                    Assert.Equal(youngestFirst, fixture.Module.Table.FindAllByCallId("x"u8));
                    Assert.Same(youngestFirst[0], fixture.Module.FindByCallId("x"));
                }

                while (youngestFirst.Count > 0)
                {
                    Dialog last = youngestFirst[youngestFirst.Count / 2];
                    youngestFirst.Remove(last);
                    End(last);
                    Assert.Equal(youngestFirst, fixture.Module.Table.FindAllByCallId("x"u8));
                }

                Assert.Null(fixture.Module.FindByCallId("x"));
            }
        }
    }

    [Fact]
    public void Dialogs_with_few_call_ids_stay_youngest_first_however_they_come_and_go() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[0, 99])
            .Array[0, 150]
            .Sample(
                steps =>
                {
                    using var fixture = new DialogFixture(options => options.HashSize = 1);
                    var model = new List<Dialog>(); // youngest first
                    foreach ((int call, int what, int which) in steps)
                    {
                        string callId = $"call{call}";
                        if (what < 6 || model.Count == 0)
                        {
                            model.Insert(0, fixture.New(callId));
                        }
                        else
                        {
                            Dialog gone = model[which % model.Count];
                            callId = gone.CallId;
                            model.Remove(gone);
                            End(gone);
                        }

                        Assert.Equal(
                            model.Where(d => d.CallId == callId),
                            fixture.Module.Table.FindAllByCallId(Encoding.ASCII.GetBytes(callId))
                        );
                    }

                    for (int call = 0; call <= 5; call++)
                        Assert.Equal(
                            model.Where(d => d.CallId == $"call{call}"),
                            fixture.Module.Table.FindAllByCallId(Encoding.ASCII.GetBytes($"call{call}"))
                        );
                    Assert.Equal(model.Count, fixture.Module.Table.Slots.Taken);
                },
                iter: 300
            );

    [Fact]
    public void An_id_that_is_there_already_is_not_added_again()
    {
        using var fixture = new DialogFixture();
        Dialog there = fixture.New("x");
        var restored = fixture.Module.Table.NewDialog(fixture.Module, there.Id, "x"u8, "sip:a@a"u8, "sip:b@b"u8, DialogFlags.None);

        Assert.False(restored.TryBeginRestored());
        Assert.Same(there, fixture.Module.Find(there.Id));
        Assert.Equal([there], fixture.Module.Table.FindAllByCallId("x"u8));
        Assert.Equal(1, fixture.Module.Table.Count(DialogState.Unconfirmed));
        Assert.Equal(1, fixture.Module.Table.Slots.Taken);
    }

    [Theory]
    [InlineData(4096, 1, 16)]
    [InlineData(4096, 2, 16)]
    [InlineData(4096, 3, 32)]
    [InlineData(4096, 8, 64)]
    [InlineData(4096, 32, 256)]
    [InlineData(4096, 512, 256)]
    [InlineData(4, 8, 4)]
    [InlineData(1, 1, 1)]
    public void There_are_about_eight_stripes_a_processor(int hashSize, int processors, int stripes) =>
        Assert.Equal(stripes, DialogTable.StripesFor(hashSize, processors));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1 << 25)]
    [InlineData(-4096)]
    public void A_hash_size_that_is_no_power_of_two_is_refused(int size) =>
        Assert.Contains(
            "HashSize",
            Assert.Throws<ArgumentException>(() => new DialogFixture(options => options.HashSize = size)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("lr")]
    [InlineData("FTAG")]
    [InlineData("a-name-that-is-longer-than-32-chars")]
    public void A_record_route_parameter_that_cannot_be_is_refused(string name) =>
        Assert.Contains(
            "RecordRouteParameter",
            Assert.Throws<ArgumentException>(() => new DialogFixture(options => options.RecordRouteParameter = name)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Dialogs_made_and_ended_by_many_threads_leave_nothing_behind()
    {
        using var fixture = new DialogFixture();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(t =>
                    Task.Run(
                        () =>
                        {
                            for (int i = 0; i < 2_000; i++)
                            {
                                Dialog dialog = fixture.New($"{t}-{i % 50}");
                                dialog.Raise(DialogEvent.Success);
                                dialog.Raise(DialogEvent.Ack);
                                dialog.Raise(DialogEvent.ByeAnswered);
                                dialog.Raise(DialogEvent.DelayOver);
                            }
                        },
                        TestContext.Current.CancellationToken
                    )
                )
        );

        for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
            Assert.Equal(0, fixture.Module.Table.Count(state));
        Assert.Empty(fixture.Module.Table.Snapshot(includeDeleted: true));
    }

    private static void End(Dialog dialog)
    {
        dialog.Raise(DialogEvent.Failure);
        dialog.Raise(DialogEvent.DelayOver);
    }

    private static void GrowAndShrink(DialogFixture fixture)
    {
        Dialog[] others = [.. Enumerable.Range(0, 200).Select(i => fixture.New($"other{i}"))];
        foreach (Dialog other in others.Skip(20))
            End(other);
    }
}
