using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Parley.Management;

/// <summary><c>GET /metrics</c> for Prometheus and <c>GET /api/v1/charts</c> for the page.</summary>
internal sealed class MetricEndpoints(MetricsOptions options, MetricCollector collector, ChartRecorder charts) : IManagementEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.IsEnabled)
            endpoints.MapGet("/metrics", (RequestDelegate)MetricsAsync);
        if (options.HasCharts)
            endpoints.MapGet("/api/v1/charts", (RequestDelegate)ChartsAsync);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        bool isOpenMetrics = MetricFormat.WantsOpenMetrics(context.Request.Headers.Accept.ToString());
        var text = new MetricText(isOpenMetrics);
        await collector.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
        HttpResponse response = context.Response;
        response.ContentType = isOpenMetrics ? MetricFormat.OpenMetrics : MetricFormat.Text;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        response.Headers[HeaderNames.Vary] = HeaderNames.Accept;
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(text.Written, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task ChartsAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        response.Headers[HeaderNames.CacheControl] = "no-store";
        byte[] json = ChartJson.Write(charts.Read());
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }
}
