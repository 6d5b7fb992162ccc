using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
builder.AddDialogs(static options => options.ProfilesWithValue.Add("caller"));
ParleyApplication app = builder.Build();
SipUri callee = SipUri.Parse(app.Configuration["callee"] ?? "sip:127.0.0.1:5070");

app.OnRequest(async context =>
{
    if (context.IsInDialog)
    {
        await context.RelayInDialogAsync();
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

    context.CreateDialog(DialogFlags.ByeOnTimeout);
    context.Dialog!.Profiles.Set("caller", context.Request.From.Uri.User);
    context.RecordRoute();
    context.AddTarget(callee);
    await context.RelayAsync();
});
app.Run();
