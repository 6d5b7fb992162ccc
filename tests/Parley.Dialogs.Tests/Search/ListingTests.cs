using System.Net;
using System.Text;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Search;

/// <summary>What a listing asks of legs, numbers and ages, and that no call waits for it.</summary>
public class ListingTests
{
    private const int HashSize = 4096;

    [Fact]
    public void A_listing_holds_the_lock_of_one_part_at_a_time_and_none_between_two_dialogs()
    {
        using var fixture = new DialogFixture(static options => options.HashSize = HashSize);
        Dialog[] dialogs = [.. Enumerable.Range(0, 3000).Select(i => fixture.New($"call-{i}"))];
        DialogTable table = fixture.Module.Table;
        DialogStripe[] stripes = [.. Enumerable.Range(0, HashSize).Select(entry => table.StripeOf((uint)entry)).Distinct()];
        Assert.True(stripes.Length >= 16);
        DialogStripe last = dialogs.MaxBy(static dialog => dialog.Id)!.Stripe;
        int others = dialogs.Count(dialog => dialog.Stripe != last);
        Assert.InRange(others, 1000, 2999);
        // The last part is held: the others are listed all the same.
        using var held = new ManualResetEventSlim();
        using var free = new ManualResetEventSlim();
        var holder = new Thread(() =>
        {
            lock (last.Lock)
            {
                held.Set();
                free.Wait(TimeSpan.FromSeconds(30));
            }
        });
        holder.Start();
        held.Wait();
        int all = 0;
        foreach (Dialog dialog in fixture.Module.Table.InOrder(null))
        {
            all++;
            Assert.DoesNotContain(stripes, static stripe => stripe.Lock.IsHeldByCurrentThread);
            if (all != others)
                continue;
            Assert.True(holder.IsAlive);
            free.Set();
            holder.Join();
        }

        Assert.Equal(3000, all);
    }

    [Fact]
    public void A_dialog_that_goes_while_its_part_is_listed_is_not_taken_for_another()
    {
        using var fixture = new DialogFixture(static options => options.HashSize = 1);
        Dialog[] dialogs = [.. Enumerable.Range(0, 100).Select(_ => fixture.New())];
        var listed = new List<Dialog>();
        foreach (Dialog dialog in fixture.Module.Search(new DialogQuery { IncludeDeleted = true }))
        {
            listed.Add(dialog);
            if (listed.Count == 1)
                fixture.New();
        }

        // The part was copied before the newcomer came.
        Assert.Equal(dialogs.OrderBy(static dialog => dialog.Id), listed);
        Assert.Equal(101, fixture.Module.Search(new DialogQuery { IncludeDeleted = true }).Count());
    }

    [Theory]
    [InlineData("sip:+49301234@h", "+49 30 1234", true)]
    [InlineData("sip:+49301234@h", "0049301234", true)]
    [InlineData("sip:+49301234@h", "030/1234", true)]
    [InlineData("sip:+49301234@h", "1234", true)]
    [InlineData("sip:+49301234@h", "301235", false)]
    [InlineData("sip:+49301234@h", "149301234", false)]
    [InlineData("sip:+49-30-12.34;phone-context=x@h", "(030) 1234", true)]
    [InlineData("tel:+49-30-1234;ext=7", "301234", true)]
    [InlineData("sip:alice1234@h", "1234", true)]
    [InlineData("sip:1234@h", "0", false)]
    [InlineData("sip:100@h", "00", true)]
    [InlineData("sip:h", "1", false)]
    [InlineData("nothing", "1", false)]
    public void A_number_is_found_by_its_last_digits(string uri, string number, bool isFound) =>
        Assert.Equal(isFound, NumberText.IsOf(Encoding.ASCII.GetBytes(uri), NumberText.DigitsOf(number)));

    [Fact]
    public void Legs_numbers_and_ages_are_asked_for()
    {
        using var fixture = new CallFixture(static _ => { });
        fixture.Call();
        fixture.Run(10);
        fixture.Call("carol");
        fixture.Run(2);
        Dialog bob = fixture.All[0],
            carol = fixture.All[1];
        IDialogApi api = fixture.Dialogs;
        IPAddress address = carol.Callee!.Flow.Remote.ToIPAddress();
        Assert.Equal([carol], api.Search(new DialogQuery { Tag = carol.ToTag }));
        Assert.Equal([carol], api.Search(new DialogQuery { Address = address }));
        Assert.Equal([carol], api.Search(new DialogQuery { Address = address, Port = carol.Callee.Flow.Remote.Port }));
        Assert.Empty(api.Search(new DialogQuery { Address = address, Port = 9 }));
        Assert.Equal(2, api.Search(new DialogQuery { Listener = bob.Caller.Flow.Listener.ToString() }).Count());
        Assert.Empty(api.Search(new DialogQuery { Listener = "udp:192.0.2.1:5060" }));
        Assert.Equal([bob], api.Search(new DialogQuery { CreatedUntil = carol.CreatedAt.AddSeconds(-1) }));
        Assert.Equal([carol], api.Search(new DialogQuery { CreatedSince = carol.CreatedAt }));
        Dialog first = api.Search(new DialogQuery()).First();
        Assert.Equal(api.Search(new DialogQuery()).Skip(1), api.Search(new DialogQuery { After = first.Id }));
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { Number = "alice" }));
        Assert.Throws<ArgumentException>(() => api.Search(new DialogQuery { Port = 70_000 }));
    }

    [Fact]
    public void The_timers_of_a_dialog_are_listed_the_next_one_first()
    {
        using var fixture = new CallFixture(static options => options.OptionsPingInterval = TimeSpan.FromSeconds(30));
        fixture.Bob.OnInvite = static ringing => ringing.Ring();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Dialog dialog = Assert.Single(fixture.All);
        Assert.Equal("answer", Assert.Single(dialog.Deadlines).Name);
        fixture.Bob.Calls[0].Answer();
        fixture.Run(1);
        dialog.Timeout = TimeSpan.FromSeconds(100);
        DialogDeadline lifetime = Assert.Single(dialog.Deadlines);
        Assert.Equal(("lifetime", TimeSpan.FromSeconds(100)), (lifetime.Name, lifetime.Left));
        call.Bye();
        fixture.Run(1);
        Assert.Equal(["deletion"], dialog.Deadlines.Select(static deadline => deadline.Name));
    }
}
