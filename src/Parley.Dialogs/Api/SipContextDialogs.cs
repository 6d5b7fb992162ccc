using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>Dialogs as members of the request: <c>ctx.CreateDialog()</c>, <c>ctx.Dialog</c>, <c>ctx.MatchDialog()</c>.</summary>
public static class SipContextDialogs
{
    extension(SipContext context)
    {
        /// <summary>The dialog this request belongs to: after CreateDialog, LooseRoute or MatchDialog; null otherwise.</summary>
        public Dialog? Dialog => context.Get<DialogFollower>()?.Dialog;

        /// <summary>
        /// Which way this request goes in its dialog, by the tags of the dialog's legs, whatever its Routes carry; the initial INVITE of a dialog goes
        /// downstream. Of a request without a dialog here: by the <c>ftag</c> of our Record-Route (<see cref="SipContext.IsDownstream"/>) once
        /// <c>LooseRoute</c> has run; <see cref="DialogDirection.None"/> where that is missing too.
        /// </summary>
        public DialogDirection Direction =>
            context.Get<DialogFollower>()?.Direction
            ?? context.IsDownstream switch
            {
                true => DialogDirection.Downstream,
                false => DialogDirection.Upstream,
                null => DialogDirection.None,
            };

        /// <summary>Tracks the call of this initial INVITE and returns its dialog; see <see cref="IDialogApi.CreateDialog"/>.</summary>
        public Dialog? CreateDialog(DialogFlags flags = DialogFlags.None) => Api(context).CreateDialog(context, flags);

        /// <summary>Relays a request with a To tag if it belongs to a call of this proxy, else answers it; see <see cref="IDialogApi.RelayInDialogAsync"/>.</summary>
        public ValueTask<bool> RelayInDialogAsync(bool isTrusted = false) => Api(context).RelayInDialogAsync(context, isTrusted);

        /// <summary>Finds the dialog of a request within one; see <see cref="IDialogApi.MatchDialog"/>.</summary>
        public bool MatchDialog(DialogMatchMode? mode = null) => Api(context).MatchDialog(context, mode);

        /// <summary>Compares the request with what its dialog knows; see <see cref="IDialogApi.ValidateDialog"/>.</summary>
        public DialogValidation ValidateDialog() => Api(context).ValidateDialog(context);

        /// <summary>Gives the request the remote target and route set that its dialog knows; see <see cref="IDialogApi.FixRouteDialog"/>.</summary>
        public bool FixRouteDialog() => Api(context).FixRouteDialog(context);
    }

    private static IDialogApi Api(SipContext context) =>
        DialogModule.Of(context)
        ?? (IDialogApi?)context.Services.GetService(typeof(IDialogApi))
        ?? throw new InvalidOperationException("This application has no dialogs: call builder.AddDialogs() before Build().");
}
