using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Demo;

/// <summary>What the demo adds to the server's main route: each caller is counted, and calls to the queues are limited.</summary>
internal sealed class DemoRouting(SipRequestHandler route)
{
    /// <summary>Users that begin so are queues.</summary>
    public const string Queue = "queue-";

    public ValueTask OnRequestAsync(SipContext context)
    {
        if (context.Method != SipMethod.Invite || context.IsInDialog || context.CreateDialog() is not { } dialog)
            return route(context);
        dialog.Profiles.Set(DemoSettings.CallerProfile, context.Request.From.Uri.User);
        if (
            SipUriView.TryParse(context.RequestUriText, out var uri)
            && uri.UserText.StartsWith(Queue, StringComparison.Ordinal)
            && !dialog.Profiles.TrySet(DemoSettings.LimitedProfile, Encoding.UTF8.GetBytes(uri.UserText), DemoSettings.Limit)
        )
        {
            context.Reply(486, "Queue Full");
            return ValueTask.CompletedTask;
        }
        return route(context);
    }
}
