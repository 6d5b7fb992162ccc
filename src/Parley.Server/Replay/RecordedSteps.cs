using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Management;

namespace Parley.Server.Replay;

/// <summary>The steps that the recorder of an application has of a call.</summary>
internal static class RecordedSteps
{
    public static IReadOnlyList<CallFileStep> Of(ParleyApplication application, string callId) =>
        application.Services.GetRequiredService<ICallRecorder>().TryGet(callId, out var call)
            ?
            [
                .. call
                    .Entries.OfType<RecordedStep>()
                    .Select(static s => new CallFileStep(s.At, s.Step, s.Text) { Rfc = s.Rfc, Abnormal = s.Abnormal }),
            ]
            : [];
}
