using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Api;

/// <summary>The functions of the dialog module as a module on a live proxy uses them.</summary>
public class DialogApiTests
{
    [Fact]
    public void A_module_binds_to_the_api_in_its_constructor_or_in_Initialize()
    {
        using var network = new NetworkOfOne();
        using ParleyApplication app = network.Builder.AddDialogs().AddModule<BindingModule>().Build();
        var module = app.Services.GetRequiredService<BindingModule>();
        Assert.Same(app.Services.GetRequiredService<IDialogApi>(), module.Dialogs);
        Assert.Equal(2, module.Bound);
    }

    [Fact]
    public void Without_dialogs_the_services_and_modules_name_the_missing_call()
    {
        using var network = new NetworkOfOne();
        Assert.Equal(
            "BindingModule has no IDialogApi: call builder.AddDialogs() before Build().",
            Assert.Throws<InvalidOperationException>(() => network.Builder.AddModule<BindingModule>().Build()).Message
        );
        using var another = new NetworkOfOne();
        using ParleyApplication app = another.Builder.Build();
        Assert.Equal(
            "The application has no IDialogApi: call builder.AddDialogs() before Build().",
            Assert.Throws<InvalidOperationException>(app.Services.GetRequiredService<IDialogApi>).Message
        );
    }

    [Fact]
    public void The_current_dialog_is_known_in_the_route_the_hooks_and_every_callback()
    {
        CallFixture? fixture = null;
        var seen = new List<(string Where, Dialog? Dialog)>();
        void See(string where) => seen.Add((where, fixture!.Dialogs.Current));
        using (
            fixture = new CallFixture(route: async context =>
            {
                if (!context.IsInDialog)
                {
                    See("before");
                    context.CreateDialog();
                    context.RecordRoute();
                    context.OnReply(_ => See("reply"));
                    context.OnBranch((_, _) => See("branch"));
                }
                else
                {
                    context.LooseRoute();
                    Assert.Same(fixture!.Dialogs.Current, context.Dialog);
                }

                See("route");
                if (context.IsInDialog)
                    await context.RelayAsync();
                else
                    await fixture!.Forward(context);
            })
        )
        {
            fixture.OnCallback = (dialog, type, _) =>
            {
                Assert.Same(dialog, fixture.Dialogs.Current);
                See(type.ToString());
            };
            fixture.Call().ByeAfter(TimeSpan.FromSeconds(5));
            fixture.Run(100);
            Assert.Null(seen[0].Dialog);
            Assert.All(seen.Skip(1), s => Assert.True(ReferenceEquals(fixture.Dialog, s.Dialog), s.Where));
            Assert.Contains("reply", seen.Select(s => s.Where));
            Assert.Contains("branch", seen.Select(s => s.Where));
            Assert.Contains("Terminated", seen.Select(s => s.Where));
        }
    }

    [Fact]
    public void A_dialog_is_found_by_id_by_did_and_by_Call_ID_until_its_delete_delay_is_over()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Dialog dialog = fixture.Dialog;
        Assert.Same(dialog, fixture.Dialogs.Find(dialog.Id));
        Assert.Same(dialog, fixture.Dialogs.FindByDid(dialog.Id.ToString()));
        Assert.Same(dialog, fixture.Dialogs.FindByCallId(call.CallId));
        Assert.Null(fixture.Dialogs.FindByDid("no did"));
        Assert.Null(fixture.Dialogs.FindByCallId("another call"));
        Assert.Null(fixture.Dialogs.Find(new DialogId(dialog.Id.Entry, dialog.Id.Id + 1)));
        call.Bye();
        fixture.Run(1);
        Assert.Same(dialog, fixture.Dialogs.Find(dialog.Id));
        fixture.Run(60);
        Assert.Null(fixture.Dialogs.Find(dialog.Id));
        Assert.Null(fixture.Dialogs.FindByCallId(call.CallId));
    }

    [Fact]
    public void Terminate_by_entry_and_id_keeps_the_reason_and_is_false_for_a_dialog_that_is_not_there_or_over()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        DialogId id = fixture.Dialog.Id;
        string? heard = null;
        fixture.OnCallback = (dialog, type, _) => heard = type == DialogCallbackTypes.Terminated ? dialog.TerminationReason : heard;
        Assert.False(fixture.Dialogs.Terminate(id.Entry, id.Id + 1, "nobody"));
        Assert.True(fixture.Dialogs.Terminate(id.Entry, id.Id, "we HATE options from callee"));
        fixture.Run(40);
        Assert.Equal("we HATE options from callee", heard);
        Assert.Equal("we HATE options from callee", fixture.Dialog.TerminationReason);
        Assert.False(fixture.Dialogs.Terminate(id.Entry, id.Id, "again"));
        Assert.Equal("we HATE options from callee", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void Every_callback_brings_its_message_direction_destination_and_whether_this_node_acts()
    {
        using var fixture = new CallFixture();
        var seen = new List<string>();
        fixture.OnCallback = (dialog, type, parameters) =>
        {
            string to =
                parameters.DestinationLeg is not { } leg ? "-"
                : leg.IsCaller ? "caller"
                : leg.Tag == dialog.ToTag ? "callee"
                : "?";
            string message =
                parameters.Message is not { } m ? "-"
                : m.IsRequest ? "request"
                : "reply";
            seen.Add($"{type} {parameters.Direction} {message} {to}");
            Assert.True(parameters.IsActive);
            Assert.Null(parameters.Data);
            Assert.Null(parameters.Parameter);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        call.Bye();
        fixture.Run(100);
        Assert.Equal(
            [
                "Created Downstream request -",
                "ResponseForwarded Upstream reply caller",
                "Early Upstream reply caller",
                "ResponseForwarded Upstream reply caller",
                "Confirmed Upstream reply caller",
                "RequestWithin Downstream request callee",
                "RequestWithin Upstream request caller",
                "ResponseWithin Downstream reply callee",
                "Terminated Downstream request callee",
                "Destroy None - -",
            ],
            seen
        );
    }

    [Fact]
    public void What_a_management_side_tells_of_a_dialog_is_added_to_by_its_handlers()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        var context = new List<string>();
        fixture.Dialogs.AddManagementContext(fixture.Dialog, context);
        Assert.Empty(context);
        fixture.Dialog.On(
            DialogCallbackTypes.ManagementContext,
            static (dialog, _, parameters) =>
                ((List<string>)parameters.Data!).Add($"{dialog.Id} {parameters.Parameter} {parameters.Direction}"),
            "codec=b"
        );
        fixture.Dialogs.AddManagementContext(fixture.Dialog, context);
        Assert.Equal([$"{fixture.Dialog.Id} codec=b None"], context);
    }

    [Fact]
    public void The_parameter_comes_with_every_callback_and_is_freed_once_at_the_end()
    {
        using var fixture = new CallFixture();
        var freed = new List<object?>();
        var seen = new List<object?>();
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                fixture.Dialogs.Register(
                    dialog,
                    DialogCallbackTypes.Early | DialogCallbackTypes.Confirmed | DialogCallbackTypes.Destroy,
                    (_, _, parameters) =>
                    {
                        seen.Add(parameters.Parameter);
                        parameters.Parameter = $"{parameters.Parameter}+";
                    },
                    "mine",
                    freed.Add
                );
        };
        fixture.Call().ByeAfter(TimeSpan.FromSeconds(5));
        fixture.Run(20);
        Assert.Empty(freed);
        fixture.Run(100);
        Assert.Equal(["mine", "mine+", "mine++"], seen);
        Assert.Equal(["mine+++"], freed);
    }

    [Fact]
    public void A_reply_may_still_be_changed_in_ResponseForwarded()
    {
        using var fixture = new CallFixture();
        fixture.OnCallback = static (_, type, parameters) =>
        {
            if (type == DialogCallbackTypes.ResponseForwarded)
                parameters.Edits!.Append("X-Seen"u8, "yes"u8);
        };
        fixture.Call();
        fixture.Run(1);
        Assert.All(
            fixture.Recorder.Messages.Where(m => m.To == "10.0.1.1" && m.StatusCode is 180 or 200),
            m => Assert.Equal("yes", m.Header("X-Seen"))
        );
    }

    [Fact]
    public void A_request_matched_by_MatchDialog_alone_runs_RequestWithin_and_the_end()
    {
        using var fixture = new CallFixture();
        fixture.Alice.OnSending = static message =>
        {
            // A phone that forgets the route set: only Call-ID and tags are left.
            if (message is not { IsRequest: true, Method: "INFO" })
                return;
            message.Remove("Route");
            message.Target = new SipTarget(SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal("RequestWithin INFO >, ResponseWithin 200 <", fixture.Story);
    }

    [Fact]
    public void Created_runs_once_per_call_with_the_INVITE_and_the_dialog_complete()
    {
        using var fixture = new CallFixture();
        var seen = new List<string>();
        fixture.Dialogs.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, type, parameters) =>
                seen.Add(
                    $"{type} {parameters.Message!.Method} {dialog.CallId == parameters.Message.CallIdText()} {dialog.FromTag.Length > 0} {dialog.Caller.Contact.Length > 0} {fixture.Dialogs.Find(dialog.Id) == dialog}"
                )
        );
        fixture.Call();
        fixture.Call();
        fixture.Run(5);
        Assert.Equal(["Created Invite True True True True", "Created Invite True True True True"], seen);
    }

    private sealed class NetworkOfOne : IDisposable
    {
        private readonly SimulatedNetwork _network = new(seed: 1);

        public NetworkOfOne() =>
            Builder = ParleyApplication
                .CreateEmptyBuilder()
                .UseTransport(_network.AddHost("10.0.0.1"))
                .UseTimeProvider(_network.Clock)
                .UseRandom(_network.Random)
                .UseLocator(new SimulatedServerLocator());

        public ParleyApplicationBuilder Builder { get; }

        public void Dispose() => _network.Clock.RunFor(TimeSpan.Zero);
    }

    private sealed class BindingModule : IParleyModule
    {
        public BindingModule(IDialogApi dialogs)
        {
            Dialogs = dialogs;
            if (dialogs.Register(null, DialogCallbackTypes.Created, static (_, _, _) => { }))
                Bound++;
        }

        public IDialogApi Dialogs { get; }

        public int Bound { get; private set; }

        public void Initialize(ParleyApplication application)
        {
            if (Dialogs.Register(null, DialogCallbackTypes.Loaded, static (_, _, _) => { }))
                Bound++;
        }
    }
}

file static class MessageTexts
{
    public static string CallIdText(this SipMessage message) => System.Text.Encoding.ASCII.GetString(message.CallId);
}
