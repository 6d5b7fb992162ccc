using Parley.Hosting;
using Parley.Sip;

namespace Parley.Dialogs.Tests.Guide;

/// <summary>The application in README.md.</summary>
internal static class ReadmeExample
{
    public static void Run(string[] args)
    {
        var builder = ParleyApplication.CreateBuilder(args);
        builder.Listen("udp:127.0.0.1:5060");
        builder.AddDialogs(o => o.ProfilesWithValue.Add("caller"));
        var app = builder.Build();

        app.OnRequest(async ctx =>
        {
            if (ctx.IsInDialog)
            {
                await ctx.RelayInDialogAsync();
                return;
            } // to the other party of its call, or 481
            if (ctx.Method != SipMethod.Invite)
            {
                ctx.Reply(405);
                return;
            }
            ctx.CreateDialog();
            ctx.Dialog!.Profiles.Set("caller", ctx.Request.From.Uri.User);
            ctx.RecordRoute();
            ctx.AddTarget(SipUri.Parse("sip:127.0.0.1:5070")); // never to wherever the caller says
            await ctx.RelayAsync();
        });
        app.Run();
    }
}
