using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests.Table;

public sealed class DialogSlotsTests
{
    [Fact]
    public void A_place_is_its_dialog_s_alone_until_it_is_freed() =>
        Gen.Int[0, 99]
            .Array[0, 2000]
            .Sample(
                steps =>
                {
                    using var fixture = new DialogFixture();
                    Dialog[] dialogs = [.. Enumerable.Range(0, 10).Select(i => fixture.New($"call{i}"))];
                    var slots = new DialogSlots();
                    var model = new List<(int Slot, Dialog Dialog)>();
                    foreach (int step in steps)
                    {
                        if (step < 55 || model.Count == 0)
                        {
                            Dialog dialog = dialogs[step % dialogs.Length];
                            int slot = slots.Rent(dialog);
                            Assert.NotEqual(DialogSlots.None, slot);
                            Assert.DoesNotContain(model, taken => taken.Slot == slot);
                            model.Add((slot, dialog));
                        }
                        else
                        {
                            int at = step * 31 % model.Count;
                            slots.Return(model[at].Slot);
                            Assert.Null(slots[model[at].Slot]);
                            model.RemoveAt(at);
                        }
                    }

                    Assert.All(model, taken => Assert.Same(taken.Dialog, slots[taken.Slot]));
                    Assert.Equal(model.Count, slots.Taken);
                    Assert.Null(slots[DialogSlots.None]);
                },
                iter: 50
            );

    [Fact]
    public void Neighbours_in_time_are_neighbours_in_memory_however_long_places_have_come_and_gone()
    {
        using var fixture = new DialogFixture();
        Dialog dialog = fixture.New();
        var slots = new DialogSlots();
        var random = new Random(1);
        var taken = new List<int>();
        for (int i = 0; i < 200_000; i++)
        {
            taken.Add(slots.Rent(dialog));
            if (taken.Count <= 5_000)
                continue;
            int at = random.Next(taken.Count); // each lives its own time
            slots.Return(taken[at]);
            taken[at] = taken[^1];
            taken.RemoveAt(taken.Count - 1);
        }

        int perCard = 32 * Columns,
            changes = 0; // a card of the collector's: 256 bytes, 32 references
        int last = -1;
        for (int i = 0; i < 1_000; i++)
        {
            int slot = slots.Rent(dialog);
            taken.Add(slot);
            if (slot / perCard != last)
                changes++;
            last = slot / perCard;
        }

        Assert.InRange(changes, 1, 1_000 / 10);
        Assert.InRange(taken.Max(), 0, 3 * 6_000 * Columns); // and they do not spread without end
    }

    [Fact]
    public async Task Threads_never_get_the_same_place()
    {
        using var fixture = new DialogFixture();
        var slots = new DialogSlots();
        Dialog[] dialogs = [.. Enumerable.Range(0, 4).Select(i => fixture.New($"call{i}"))];
        var handed = new System.Collections.Concurrent.ConcurrentQueue<int>();
        await Task.WhenAll(
            dialogs.Select(dialog =>
                Task.Run(
                    () =>
                    {
                        var mine = new Queue<int>();
                        for (int i = 0; i < 20_000; i++)
                        {
                            mine.Enqueue(slots.Rent(dialog));
                            if (mine.Count > 300)
                            {
                                int slot = mine.Dequeue();
                                Assert.Same(dialog, slots[slot]);
                                if (i % 7 == 0)
                                    handed.Enqueue(slot); // freed by another thread
                                else
                                    slots.Return(slot);
                            }

                            if (i % 7 == 0 && handed.TryDequeue(out int other))
                                slots.Return(other);
                        }

                        while (mine.TryDequeue(out int slot))
                        {
                            Assert.Same(dialog, slots[slot]);
                            slots.Return(slot);
                        }
                    },
                    TestContext.Current.CancellationToken
                )
            )
        );
        while (handed.TryDequeue(out int slot))
            slots.Return(slot);

        Assert.Equal(0, slots.Taken);
    }

    private static int Columns => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(16, Environment.ProcessorCount));
}
