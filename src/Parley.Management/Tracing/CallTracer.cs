using System.Diagnostics;
using System.Text;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;

namespace Parley.Management;

/// <summary>Makes a trace of each call that is sampled. It knows of a call when its dialog is created; where nothing is sampled, nothing is registered.</summary>
internal sealed class CallTracer : IParleyModule, IDisposable
{
    private static readonly ActivitySource s_source = new(ParleyTelemetry.ActivitySource);

    private readonly TraceOptions _options;
    private readonly IDialogApi? _dialogs;
    private readonly TimeProvider _time;
    private readonly SipRandom _random;
    private volatile bool _isOver;

    public CallTracer(TraceOptions options, TimeProvider time, SipRandom random, IDialogApi? dialogs = null)
    {
        if (options.Ratio is not (>= 0 and <= 1))
            throw new ArgumentException($"ManagementOptions.Traces.Ratio is from 0 to 1, not {options.Ratio}.", nameof(options));
        (_options, _time, _random, _dialogs) = (options, time, random, dialogs);
    }

    public void Initialize(ParleyApplication application) =>
        _dialogs?.Register(null, DialogCallbackTypes.Created, (dialog, _, parameters) => OnCreated(dialog, parameters));

    public void Dispose() => _isOver = true;

    private void OnCreated(Dialog dialog, DialogCallbackParameters parameters)
    {
        if (
            _isOver
            || !s_source.HasListeners()
            || parameters.Context is not { } context
            || !IsSampled(context.Request, out ActivityContext parent)
        )
            return;
        // The activity of a call is nobody's current one: threads carry many calls.
        Activity? current = Activity.Current;
        Activity.Current = null;
        Activity? call = s_source.StartActivity("INVITE call", ActivityKind.Server, parent, startTime: dialog.CreatedAt);
        Activity.Current = current;
        if (call is null)
            return;
        var trace = new CallTrace(s_source, call, _time);
        if (call.IsAllDataRequested)
            CallAttributes.Add(call, dialog, context);
        context.Observe(trace);
        _dialogs!.Register(
            dialog,
            CallTrace.Moments,
            static (dialog, type, parameters) => ((CallTrace)parameters.Parameter!).On(dialog, type, parameters),
            trace
        );
    }

    private bool IsSampled(SipMessage invite, out ActivityContext parent)
    {
        parent = default;
        if (_options.TakesParents && invite.TryGetHeader("traceparent"u8, out ReadOnlySpan<byte> header))
        {
            string? state = invite.TryGetHeader("tracestate"u8, out ReadOnlySpan<byte> value) ? Encoding.ASCII.GetString(value) : null;
            // One that is malformed is none (W3C Trace Context 4.3).
            if (header.Length <= 256 && ActivityContext.TryParse(Encoding.ASCII.GetString(header), state, isRemote: true, out parent))
                return (parent.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        }

        return _options.Ratio > 0 && (_random.Next() >> 11) * (1.0 / (1UL << 53)) < _options.Ratio;
    }
}
