using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Management;
using Parley.Registrar;
using Parley.Server.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Server.Replay;

/// <summary>
/// Explains requests by a second application of the same settings, without sockets and on a clock of its own: it has copies of the registrations and of the
/// dialog that the request is about, and counts the calls of the running one against its limits. The running one is only read.
/// </summary>
internal sealed class ServerExplainer(CurrentSettings settings, IServiceProvider live) : IRequestExplainer, IDisposable
{
    /// <summary>What follows within it follows at once.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    // A second application at a time is enough for those who ask.
    private readonly SemaphoreSlim _one = new(1);

    /// <inheritdoc/>
    public async Task<RequestExplanation> ExplainAsync(string request, string source, string transport, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!IPEndPoint.TryParse(source, out var place) || place.Port == 0)
            throw new ArgumentException("The source is no address with a port, such as 192.0.2.7:5060.", nameof(source));
        if (!SipProtocolExtensions.TryParse(Encoding.UTF8.GetBytes(transport), out var protocol))
            throw new ArgumentException("The transport is one of udp, tcp, tls.", nameof(transport));
        await _one.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Explain(request, protocol, SipEndPoint.From(place)), cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private RequestExplanation Explain(string request, SipProtocol protocol, SipEndPoint source)
    {
        var running = live.GetRequiredService<ParleyApplication>();
        var trial = new RequestTrial(running.Transport.Listeners, running.Time.GetUtcNow()) { Locator = running.Locator };
        foreach (var name in settings.Configuration.OwnNames)
            trial.OwnNames.Add(name);
        var result = trial.Run(request, protocol, source, site => Build(site, running));
        return Of(result, trial.Clock.GetUtcNow() - trial.Clock.Elapsed);
    }

    private ParleyApplication Build(ReplaySite site, ParleyApplication running)
    {
        var configuration = settings.Configuration;
        var application = ApplicationSetup.Build(
            configuration,
            settings.Root,
            routeKey: running.Options.RouteKey,
            change: builder =>
            {
                builder.Logging.ClearProviders();
                site.AddTo(builder);
                builder.AddCallRecorder(static options => options.Bytes = RecorderOptions.MinBytes);
                CopyDialog(site.Request, running, builder);
            }
        );
        ApplicationSetup.Route(application, configuration);
        CopyRegistrations(site.Request, running, application);
        application
            .Services.GetRequiredService<IDialogApi>()
            .Profiles.CountAlso(running.Services.GetRequiredService<IDialogApi>().Profiles);
        site.Steps = () => RecordedSteps.Of(application, site.File.CallId);
        if (running.IsDraining)
            application.StartDraining();
        return application;
    }

    /// <summary>The one of the request's Call-ID comes into the second application as out of a store.</summary>
    private static void CopyDialog(SipMessage request, ParleyApplication running, ParleyApplicationBuilder builder)
    {
        var dialogs = running.Services.GetRequiredService<IDialogApi>();
        if (dialogs.FindByCallId(Encoding.UTF8.GetString(request.CallId)) is not { } dialog)
            return;
        var store = new MemoryDialogStore();
        store.ReplaceAsync([DialogRecords.Of(dialog, dialogs.Profiles)], CancellationToken.None).AsTask().GetAwaiter().GetResult();
        builder.AddDialogStore(store);
    }

    /// <summary>Of the users that the request names; no other is asked for.</summary>
    private static void CopyRegistrations(SipMessage request, ParleyApplication running, ParleyApplication application)
    {
        var from = running.Services.GetRequiredService<LocationTable>();
        var to = application.Services.GetRequiredService<LocationTable>();
        Copy(request.RequestUriView);
        Copy(request.To.Uri);

        void Copy(SipUriView uri)
        {
            if (!from.TryAddressOf(uri, out var address) || to.BindingsOf(address).Count > 0)
                return;
            foreach (var binding in from.BindingsOf(address))
                to.Bind(address, from.StoredFormOf(binding));
        }
    }

    private static RequestExplanation Of(TrialResult result, DateTimeOffset start)
    {
        var steps = result
            .Steps.Select(s => new RequestExplanationStep((long)(s.At - start).TotalMilliseconds, s.Kind, s.Text, s.Rfc))
            .ToList();
        var targets = new List<RequestExplanationTarget>();
        RequestExplanationAnswer? answer = null;
        var method = result.Request.Split(' ')[0];
        foreach (var sent in result.Sent)
        {
            var message = sent.Read();
            // A CANCEL or a BYE of our own comes when targets stay silent.
            if (sent.IsRequest && Encoding.UTF8.GetString(message.MethodText) == method)
                targets.Add(TargetOf(sent, message));
            if (sent.IsRequest || message.StatusCode < 200)
                continue;
            if (sent.After <= Soon || targets.Count == 0)
                answer ??= AnswerOf(message);
            else
                steps.Add(new RequestExplanationStep((long)sent.After.TotalMilliseconds, "reply", Silence(sent, message), null));
        }
        return new RequestExplanation(LineOf(targets, answer), steps, targets, answer, result.Request);
    }

    private static string Silence(TrialMessage sent, SipMessage message) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Without an answer from any target the sender gets {message.StatusCode} {SipText.ToLine(message.ReasonPhrase)} after {sent.After.TotalSeconds:F0} s"
        );

    private static RequestExplanationTarget TargetOf(TrialMessage sent, SipMessage message) =>
        new(
            Encoding.UTF8.GetString(message.RequestUri),
            sent.Remote.ToString(),
            Encoding.ASCII.GetString(sent.Protocol.UriText()),
            (long)sent.After.TotalMilliseconds,
            sent.ToString()
        );

    private static RequestExplanationAnswer AnswerOf(SipMessage message)
    {
        string? challenge = null;
        if (message.TryGetHeader("WWW-Authenticate"u8, out var value) || message.TryGetHeader("Proxy-Authenticate"u8, out value))
            challenge = SipText.ToLine(value);
        return new RequestExplanationAnswer(
            message.StatusCode,
            SipText.ToLine(message.ReasonPhrase),
            challenge,
            Encoding.UTF8.GetString(message.Bytes)
        );
    }

    private static string LineOf(List<RequestExplanationTarget> targets, RequestExplanationAnswer? answer)
    {
        if (answer is not null)
            return answer.Challenge is null
                ? $"It would be answered with {answer.Status} {answer.Reason}."
                : $"It would be asked for credentials with {answer.Status} {answer.Reason}.";
        if (targets.Count == 0)
            return "Nothing would be sent.";
        var first = targets[0];
        var more = targets.Count == 1 ? "" : $", and to {targets.Count - 1} more";
        return $"It would go to {first.Uri} at {first.Transport}:{first.Address}{more}.";
    }
}
