using System.Net;
using Parley.Testing;

namespace Parley.Documents.Tests;

/// <summary>An HTTP service that answers after some time of the simulation, so that a handler that awaits it goes on at an exact instant.</summary>
internal sealed class SimulatedHttp(SimulatedClock clock) : HttpMessageHandler
{
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The body for a path and query; null: 404.</summary>
    public Func<Uri, string?> Answer { get; set; } = static _ => null;

    public List<Uri> Requests { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request.RequestUri!);
        string? body = Answer(request.RequestUri!);
        var answer = new HttpResponseMessage(body is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
        {
            Content = new StringContent(body ?? ""),
            RequestMessage = request,
        };
        var waiting = new TaskCompletionSource<HttpResponseMessage>();
        cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        clock.Schedule(Delay, () => waiting.TrySetResult(answer));
        return waiting.Task;
    }
}
