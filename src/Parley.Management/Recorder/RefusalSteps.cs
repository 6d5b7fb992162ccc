using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Management;

/// <summary>Notes each failure of the proxy's own, with its cause, as a step of its call.</summary>
internal sealed class RefusalSteps(Lazy<ParleyApplication> application) : IProxyModule
{
    public void OnRefusing(SipContext context, int statusCode)
    {
        CallSteps steps = application.Value.CallSteps;
        if (steps.Sink is null)
            return;
        steps.Note(context.CallId, context.Dialog?.Id.Value, CallStep.Refused, statusCode, 0, context.Cause);
    }

    public void OnRequest(SipContext context) { }

    public void OnRouted(SipContext context) { }
}
