using System.Collections.Concurrent;
using System.Diagnostics;
using Parley.Hosting;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>A call that is sampled is one trace.</summary>
public class TraceTests
{
    [Fact]
    public async Task A_call_is_a_span_with_its_ringing_its_branch_and_its_requests()
    {
        using var spans = new Spans();
        await using ManagedProxy proxy = await StartAsync(1);
        string callId = proxy.Answered().CallId;
        proxy.Run(10);
        proxy.Dialogs.Dialogs().Single().Terminate("test");
        proxy.Run(60); // until the dialog is forgotten
        Activity call = spans.Call(callId);
        Assert.Equal("INVITE call", call.DisplayName);
        Assert.Equal(ActivityKind.Server, call.Kind);
        Assert.Equal("INVITE", call.GetTagItem("sip.request.method"));
        Assert.Equal("sip", call.GetTagItem("network.protocol.name"));
        Assert.Equal("10.0.1.1", call.GetTagItem("network.peer.address"));
        Assert.Equal("10.0.0.1", call.GetTagItem("network.local.address"));
        Assert.Equal("sip:bob@10.0.0.1", call.GetTagItem("sip.request.uri"));
        Assert.Equal("sip", call.GetTagItem("url.scheme"));
        Assert.Equal(200, call.GetTagItem("sip.response.status_code"));
        Assert.Equal("terminated", call.GetTagItem("sip.dialog.end"));
        Assert.Equal("test", call.GetTagItem("sip.dialog.end.reason"));
        Assert.Contains(call.Events, static e => e.Name == "answered");
        Assert.Contains(call.Events, static e => e.Name == "ACK");
        Assert.InRange(call.Duration.TotalSeconds, 10, 15);
        Assert.Equal(ActivityStatusCode.Unset, call.Status);
        Activity branch = Assert.Single(spans.Of(call), static s => s.DisplayName == "INVITE branch");
        Assert.Equal(ActivityKind.Client, branch.Kind);
        Assert.Equal("10.0.2.1", branch.GetTagItem("network.peer.address"));
        Assert.Equal(200, branch.GetTagItem("sip.response.status_code"));
        Assert.StartsWith("z9hG4bK", (string)branch.GetTagItem("sip.branch.id")!, StringComparison.Ordinal);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task A_call_that_the_far_end_cannot_take_is_an_error()
    {
        using var spans = new Spans();
        await using ManagedProxy proxy = await StartAsync(1);
        proxy.Bob.OnInvite = static call => call.Reject(500);
        proxy.Call();
        proxy.Run(60);
        Activity call = Assert.Single(spans.Roots);
        Assert.Equal(500, call.GetTagItem("sip.response.status_code"));
        Assert.Equal(ActivityStatusCode.Error, call.Status);
        Assert.Equal("failed", call.GetTagItem("sip.dialog.end"));
    }

    [Fact]
    public async Task With_a_ratio_of_a_tenth_a_tenth_of_the_calls_is_traced()
    {
        using var spans = new Spans();
        await using ManagedProxy proxy = await StartAsync(0.1);
        proxy.Bob.OnInvite = static call => call.Reject(486);
        for (int i = 0; i < 300; i++)
            proxy.Call();
        proxy.Run(60);
        Assert.InRange(spans.Roots.Count(), 10, 60);
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true, true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true, false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false, false)]
    [InlineData("nonsense", true, false)]
    public async Task A_traceparent_counts_only_where_it_may(string header, bool takesParents, bool isTraced)
    {
        using var spans = new Spans();
        await using ManagedProxy proxy = await StartAsync(0, takesParents);
        proxy.Alice.Invite("sip:bob@10.0.0.1", invite => invite.Add("traceparent", header));
        proxy.Run(1);
        foreach (Parley.Dialogs.Dialog dialog in proxy.Dialogs.Dialogs())
            dialog.Terminate();
        proxy.Run(60);
        if (!isTraced)
        {
            Assert.Empty(spans.Roots);
            return;
        }

        Activity call = Assert.Single(spans.Roots);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", call.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", call.ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task A_ratio_that_is_none_is_refused()
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() =>
            ManagedProxy.StartAsync(static options => options.Traces.Ratio = 1.5)
        );
        Assert.Contains("Traces.Ratio", error.Message, StringComparison.Ordinal);
    }

    private static Task<ManagedProxy> StartAsync(double ratio, bool takesParents = false) =>
        ManagedProxy.StartAsync(options =>
        {
            options.Traces.Ratio = ratio;
            options.Traces.TakesParents = takesParents;
        });

    /// <summary>Every span of the process that has ended.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == ParleyTelemetry.ActivitySource,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity Call(string callId) => Assert.Single(_ended, s => s.GetTagItem("sip.call_id") as string == callId);

        public IEnumerable<Activity> Of(Activity call) => _ended.Where(s => s.TraceId == call.TraceId && s != call);

        /// <summary>All calls: only the tests of this class trace any, and they run one after the other.</summary>
        public IEnumerable<Activity> Roots => _ended.Where(static s => s.DisplayName == "INVITE call");

        public void Dispose() => _listener.Dispose();
    }
}
