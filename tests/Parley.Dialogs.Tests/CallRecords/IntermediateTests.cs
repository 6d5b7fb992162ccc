using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>Records of calls that go on.</summary>
public sealed class IntermediateTests
{
    [Fact]
    public void A_long_call_has_one_each_interval_from_its_answer_on_and_then_its_final_one()
    {
        using var fixture = new CallRecordFixture(static options =>
        {
            options.IntermediateInterval = TimeSpan.FromMinutes(5);
            options.Values.Add("rate");
        });
        fixture.Calls.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                dialog.Values.Set("rate", 7);
        };
        fixture.Calls.Run(123);
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(16 * 60);
        call.Bye();
        fixture.Calls.Run(600);

        CallRecord final = Assert.Single(fixture.Ended);
        Assert.Equal([1, 2, 3], fixture.Continued.Select(static r => r.Number));
        for (int i = 0; i < 3; i++)
        {
            CallRecord record = fixture.Continued[i];
            Assert.InRange(
                record.Duration,
                TimeSpan.FromMinutes(5 * (i + 1)),
                TimeSpan.FromMinutes(5 * (i + 1)) + TimeSpan.FromSeconds(10.1)
            );
            Assert.Equal(record.Answer + record.Duration, record.End);
            Assert.Equal(
                (CallDisposition.Answered, 200, "", CallEndedBy.None),
                (record.Disposition, record.StatusCode, record.Reason, record.EndedBy)
            );
            Assert.Equal((final.Key, final.ToTag, final.Target), (record.Key, record.ToTag, record.Target));
            Assert.Equal([new("rate", "7")], record.Values);
        }
    }

    [Fact]
    public void Calls_that_are_not_answered_and_short_ones_have_none()
    {
        using var fixture = new CallRecordFixture(static options => options.IntermediateInterval = TimeSpan.FromSeconds(60));
        fixture.Calls.Bob.OnInvite = static call => call.Ring();
        fixture.Calls.Call();
        ScriptedCall call = fixture.Calls.Call("carol");
        fixture.Calls.Run(59);
        call.Bye();
        fixture.Calls.Run(100);
        Assert.Empty(fixture.Continued);
    }

    [Fact]
    public void They_are_on_the_feed_and_none_is_merged_away()
    {
        using var fixture = new CallRecordFixture(static options => options.IntermediateInterval = TimeSpan.FromSeconds(10));
        using DialogFeedReader reader = fixture.Calls.Dialogs.Feed.Subscribe(new DialogFeedOptions { WithRecords = false });
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(5);
        while (reader.TryRead(out _)) { }

        fixture.Calls.Run(20);
        call.Bye();
        fixture.Calls.Run(1);
        var found = new List<string>();
        while (reader.TryRead(out DialogChange? change))
        {
            if (change.CallRecord is { } record)
                found.Add($"{change.Kind} {record.Number}");
        }

        Assert.Equal(["Updated 1", "Updated 2", "Deleted 0"], found);
    }

    [Fact]
    public void A_handler_that_throws_keeps_no_other_from_its_record()
    {
        using var fixture = new CallRecordFixture(static options => options.IntermediateInterval = TimeSpan.FromSeconds(10));
        CallRecords records = fixture.Calls.Proxy.Services.GetRequiredService<CallRecords>();
        int seen = 0;
        records.Ended += static (_, _) => throw new InvalidOperationException("a handler");
        records.Continued += static (_, _) => throw new InvalidOperationException("a handler");
        records.Ended += (_, _) => seen++;
        records.Continued += (_, _) => seen++;
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(15);
        call.Bye();
        fixture.Calls.Run(1);
        Assert.Equal(2, seen);
        Assert.Equal(
            2,
            fixture.Calls.Log.Lines.Count(static line => line.Contains("handler of the call record", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Options_that_cannot_be_are_refused()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
        Refused("IntermediateInterval", static o => o.IntermediateInterval = TimeSpan.FromMilliseconds(999));
        Refused("IntermediateInterval", static o => o.IntermediateInterval = TimeSpan.FromDays(25));
        Refused("IntermediateInterval", static o => o.IntermediateInterval = TimeSpan.FromSeconds(-1));
        Refused("Node", static o => o.Node = new string('n', 256));
        Refused("Values", static o => o.Values.Add(""));

        void Refused(string name, Action<CallRecordOptions> configure)
        {
            Assert.Equal(
                name,
                Assert.Throws<ArgumentException>(() => ParleyApplication.CreateEmptyBuilder().AddCallRecords(configure)).ParamName
            );
        }

        builder.AddCallRecords(static o => o.MissedCalls = true);
        builder.AddCallRecords(static o => o.Node = "one"); // both apply
        Assert.Equal(
            "Values",
            Assert
                .Throws<ArgumentException>(() =>
                    builder.AddCallRecords(static o =>
                    {
                        o.Values.Add("a");
                        o.Values.Add("a");
                    })
                )
                .ParamName
        );
    }
}
