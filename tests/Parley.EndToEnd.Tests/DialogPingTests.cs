using Parley.Dialogs;
using Parley.EndToEnd.Tests.Peers;
using Parley.Sip;
using Xunit;

namespace Parley.EndToEnd.Tests;

/// <summary>Pings of live and of dead user agents, and what they do to the numbers of later requests, over UDP and TCP.</summary>
public class DialogPingTests
{
    private const DialogFlags OptionsBothWays = DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee;
    private const DialogFlags ReinviteBothWays = DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee;

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Pings_that_both_ends_answer_keep_the_call_and_the_next_request_is_numbered_after_them(string transport)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, OptionsBothWays);
        StopPingsAt(host, 6, SipMethod.Options); // in turn: three each
        await using var callee = DialogCalls.Callee(transport, "pinged", port);
        await using var caller = DialogCalls.Caller(transport, "pinged", host);
        await AssertEndAsync(host, "Downstream BYE", caller, callee);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_callee_that_stops_answering_pings_ends_the_call_by_bye_both_ways(string transport)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, DialogFlags.OptionsPingCallee);
        await using var callee = DialogCalls.Callee(transport, "dying", port);
        await using var caller = DialogCalls.Caller(transport, "hung-up", host);
        await AssertEndAsync(host, "Ping Timeout", caller, callee);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_caller_that_stops_answering_pings_ends_the_call_by_bye_both_ways(string transport)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, DialogFlags.OptionsPingCaller);
        await using var callee = DialogCalls.Callee(transport, "hung-up", port);
        await using var caller = DialogCalls.Caller(transport, "dying", host);
        await AssertEndAsync(host, "Ping Timeout", caller, callee);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Reinvite_pings_offer_the_session_as_it_is_and_are_acknowledged_by_the_proxy(string transport)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, ReinviteBothWays);
        StopPingsAt(host, 4, SipMethod.Invite); // in turn: two each
        await using var callee = DialogCalls.Callee(transport, "reinvited", port);
        await using var caller = DialogCalls.Caller(transport, "reinvited", host);
        await AssertEndAsync(host, "Downstream BYE", caller, callee);
    }

    [Theory]
    [InlineData("udp", "silent")]
    [InlineData("tcp", "silent")]
    [InlineData("udp", "gone")]
    [InlineData("tcp", "gone")]
    public async Task A_reinvite_ping_without_an_answer_or_with_481_ends_the_call_by_bye_both_ways(string transport, string kind)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, DialogFlags.ReinvitePingCallee);
        await using var callee = DialogCalls.Callee(transport, $"{kind}-reinvited", port);
        await using var caller = DialogCalls.Caller(transport, "hung-up", host);
        await AssertEndAsync(host, "ReINVITE Ping Timeout", caller, callee);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task After_a_ping_reinvites_of_both_ends_are_renumbered_and_their_acks_with_them(string transport)
    {
        var port = Ports.Next();
        await using var host = await StartAsync(transport, port, OptionsBothWays);
        StopPingsAt(host, 2, SipMethod.Options);
        await using var callee = DialogCalls.Callee(transport, "renumbered", port);
        await using var caller = DialogCalls.Caller(transport, "renumbered", host);
        await AssertEndAsync(host, "Downstream BYE", caller, callee);
    }

    /// <summary>The shortest interval there is; T1 such that a re-INVITE is given up after 6.4 s.</summary>
    private static Task<DialogHost> StartAsync(string transport, int port, DialogFlags flags) =>
        DialogHost.StartAsync(
            transport,
            [port],
            flags,
            options =>
            {
                options.OptionsPingInterval = TimeSpan.FromSeconds(1);
                options.ReinvitePingInterval = TimeSpan.FromSeconds(1);
                options.PingTimeout = TimeSpan.FromMilliseconds(700);
                options.PingFailures = (flags & DialogFlags.ReinvitePingCallee) != 0 ? 1 : 2;
                options.KeepSessionDescriptions = true;
            },
            builder => builder.Timers.T1 = TimeSpan.FromMilliseconds(100)
        );

    /// <summary>The given ping is the last, so that the numbers that follow are known.</summary>
    private static void StopPingsAt(DialogHost host, int number, SipMethod method) =>
        host.AtOwnRequest(
            number,
            method,
            () =>
            {
                foreach (var dialog in host.Api.Dialogs())
                    dialog.OptionsPingInterval = dialog.ReinvitePingInterval = TimeSpan.FromHours(1);
            }
        );

    private static async Task AssertEndAsync(DialogHost host, string reason, Sipp caller, Sipp callee)
    {
        await DialogCalls.AssertCleanAsync(caller, callee);
        Assert.Equal(reason, (await host.Over).TerminationReason);
        Assert.Equal(1, host.Confirmed);
        Assert.Empty(host.Api.Dialogs());
    }
}
