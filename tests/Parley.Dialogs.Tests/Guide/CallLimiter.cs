using Parley.Hosting;
using Parley.Sip;

namespace Parley.Dialogs.Tests.Guide;

/// <summary>The routing under test in docs/guide/testing.md.</summary>
internal static class CallLimiter
{
    public static ParleyApplication Build(ParleyApplicationBuilder builder)
    {
        builder.AddDialogs(static options => options.ProfilesWithValue.Add("caller"));
        ParleyApplication app = builder.Build();
        app.OnRequest(static async context =>
        {
            if (context.IsInDialog)
            {
                await context.RelayInDialogAsync();
                return;
            }

            context.CreateDialog();
            if (!context.Dialog!.Profiles.TrySet("caller", context.Request.From.Uri.User, limit: 1))
            {
                context.Reply(486);
                return;
            }

            context.RecordRoute();
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            await context.RelayAsync();
        });
        return app;
    }
}
