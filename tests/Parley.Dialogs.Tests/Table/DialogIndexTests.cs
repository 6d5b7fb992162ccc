using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.Table;

public sealed class DialogIndexTests
{
    // Homes at both ends of the array, so that probes and removals go over the end; tags that are equal, and such that differ in what a larger array looks at.
    private static readonly Gen<uint> Tags = Gen.Select(
        Gen.OneOf(Gen.Int[0, 2], Gen.Int[13, 15], Gen.Int[0, 255]),
        Gen.Int[0, 3],
        static (low, high) => (uint)(low | (high << 8))
    );

    [Fact]
    public void Every_entry_is_found_once_and_none_that_was_removed() =>
        Gen.Select(Tags, Gen.Int[0, 99], Gen.Int[0, 999])
            .Array[0, 300]
            .Sample(
                steps =>
                {
                    var index = new DialogIndex();
                    var model = new List<(uint Tag, int Slot)>();
                    int slots = 0;
                    foreach ((uint tag, int what, int which) in steps)
                    {
                        if (what < 55 || model.Count == 0)
                        {
                            model.Add((tag, ++slots));
                            index.Add(tag, slots);
                        }
                        else
                        {
                            (uint Tag, int Slot) gone = model[which % model.Count];
                            model.Remove(gone);
                            int at = index.Find(gone.Tag);
                            while (index[at] != gone.Slot)
                                at = index.FindNext(gone.Tag, at);
                            index.RemoveAt(at);
                            Assert.Equal(Of(model, gone.Tag), Of(in index, gone.Tag));
                        }

                        Assert.Equal(Of(model, tag), Of(in index, tag));
                    }

                    foreach ((uint tag, int _) in model)
                        Assert.Equal(Of(model, tag), Of(in index, tag));
                    Assert.Equal(model.Count, Taken(in index));
                },
                iter: 1_000
            );

    [Fact]
    public void Entries_that_come_and_go_leave_no_trace_and_do_not_make_it_grow()
    {
        var index = new DialogIndex();
        int size = index.Entries.Length;
        for (int i = 1; i <= 10_000; i++)
        {
            index.Add((uint)i * 7, i);
            if (i > size / 2)
                index.RemoveAt(index.Find((uint)(i - (size / 2)) * 7));
        }

        Assert.Equal(size, index.Entries.Length);
        Assert.Equal(size / 2, Taken(in index));
    }

    [Fact]
    public void It_is_never_fuller_than_three_quarters()
    {
        var index = new DialogIndex();
        for (int i = 1; i <= 1_000; i++)
        {
            index.Add((uint)i, i);
            Assert.InRange(i * 4, 0, index.Entries.Length * 3);
        }
    }

    private static int[] Of(List<(uint Tag, int Slot)> model, uint tag) =>
        [.. model.Where(entry => entry.Tag == tag).Select(entry => entry.Slot).Order()];

    private static int[] Of(in DialogIndex index, uint tag)
    {
        var slots = new List<int>();
        for (int at = index.Find(tag); at >= 0; at = index.FindNext(tag, at))
            slots.Add(index[at]);
        return [.. slots.Order()];
    }

    private static int Taken(in DialogIndex index)
    {
        int taken = 0;
        foreach (DialogIndex.Entry entry in index.Entries)
            if (entry.Slot != DialogSlots.None)
                taken++;
        return taken;
    }
}
