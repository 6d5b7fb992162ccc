using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;

namespace MyProxy;

/// <summary>What the proxy does with a request. The program and the tests build the same application.</summary>
public static class Routing
{
    public static ParleyApplication Build(ParleyApplicationBuilder builder, SipUri callee)
    {
        builder.AddDialogs(options => options.ProfilesWithValue.Add("caller"));
        ParleyApplication app = builder.Build();
        app.OnRequest(async context =>
        {
            if (context.IsInDialog)
            {
                await context.RelayInDialogAsync(); // to the other party of its call, else 481
                return;
            }

            if (context.Method == SipMethod.Options)
            {
                context.Reply(200);
                return;
            }

            if (context.Method != SipMethod.Invite)
            {
                context.Reply(405);
                return;
            }

            context.CreateDialog();
            if (!context.Dialog!.Profiles.TrySet("caller", context.Request.From.Uri.User, limit: 2))
            {
                context.Reply(486, "Call Limit Reached");
                return;
            }

            context.RecordRoute();
            context.AddTarget(callee);
            await context.RelayAsync();
        });
        return app;
    }
}
