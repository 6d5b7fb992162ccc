using System.Globalization;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;

ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder(args);
builder.Listen(builder.Configuration["listen"] ?? "udp:127.0.0.1:5060");
builder.AddDialogs(static options =>
{
    options.ProfilesWithValue.Add("caller");
    options.ProfilesWithoutValue.Add("calls");
});
ParleyApplication app = builder.Build();
SipUri callee = SipUri.Parse(app.Configuration["callee"] ?? "sip:127.0.0.1:5070");
int perCaller = Number("per-caller", 2),
    inAll = Number("in-all", 100);

app.OnRequest(async context =>
{
    if (context.IsInDialog)
    {
        await context.RelayInDialogAsync();
        return;
    }

    if (context.Method != SipMethod.Invite)
    {
        context.Reply(405);
        return;
    }

    // Counted and refused in one step: of two calls for the last place one gets it. A refused call leaves its profiles by itself.
    context.CreateDialog();
    DialogProfiles profiles = context.Dialog!.Profiles;
    if (!profiles.TrySet("calls", "", inAll))
    {
        context.Reply(503, "Too Many Calls", "Retry-After: 10\r\n"u8);
        return;
    }

    if (!profiles.TrySet("caller", context.Request.From.Uri.User, perCaller))
    {
        context.Reply(486, "Call Limit Reached");
        return;
    }

    context.RecordRoute();
    context.AddTarget(callee);
    await context.RelayAsync();
});
app.Run();

int Number(string name, int otherwise) => app.Configuration[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
