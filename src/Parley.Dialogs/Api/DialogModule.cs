using Microsoft.Extensions.Logging;
using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>The dialog module of one application: it follows requests (IProxyModule) and answers to modules (IDialogApi).</summary>
internal sealed class DialogModule : IProxyModule
{
    public DialogModule(DialogOptions options, ILoggerFactory? loggers = null)
    {
        Options = options;
        Callbacks = new DialogCallbacks(loggers);
        Profiles = new DialogProfileTable(options);
        Feed = new DialogFeed();
        Table = new DialogTable();
        Statistics = new DialogStatistics(Table);
    }

    public DialogOptions Options { get; }
    public DialogTable Table { get; }
    public DialogCallbacks Callbacks { get; }
    public DialogProfileTable Profiles { get; }
    public DialogUserFlagTable UserFlags { get; } = new();
    public DialogFeed Feed { get; }
    public DialogStatistics Statistics { get; }

    public void OnRequest(SipContext context) { }

    public void OnRouted(SipContext context) { }
}
