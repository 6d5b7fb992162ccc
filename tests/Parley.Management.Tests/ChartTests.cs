using System.Text.Json;
using Xunit;

namespace Parley.Management.Tests;

/// <summary><c>GET /api/v1/charts</c>: the last hour in steps of five seconds.</summary>
public class ChartTests
{
    [Fact]
    public async Task A_step_has_what_happened_in_it()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        JsonElement empty = await ReadAsync(proxy);
        Assert.Equal(5000, empty.GetProperty("stepMs").GetInt32());
        Assert.Equal(0, Line(empty, "active").GetArrayLength());
        proxy.Run(5.1); // a step without calls
        for (int i = 0; i < 3; i++)
            proxy.Answered();
        proxy.Bob.OnInvite = static call => call.Reject(486);
        proxy.Call();
        proxy.Run(5);
        JsonElement charts = await ReadAsync(proxy);
        Assert.Equal(2, Line(charts, "active").GetArrayLength());
        Assert.Equal(0, Line(charts, "callsPerSecond")[0].GetDouble());
        Assert.Equal(JsonValueKind.Null, Line(charts, "answerRatio")[0].ValueKind);
        Assert.Equal(JsonValueKind.Null, Line(charts, "setupP50Ms")[0].ValueKind);
        Assert.Equal(0.8, Line(charts, "callsPerSecond")[1].GetDouble(), 3);
        Assert.Equal(3, Line(charts, "active")[1].GetDouble());
        Assert.Equal(0.75, Line(charts, "answerRatio")[1].GetDouble());
        Assert.True(Line(charts, "setupP50Ms")[1].GetDouble() > 0);
        JsonElement busy = charts.GetProperty("series").GetProperty("failures").GetProperty("486");
        Assert.Equal(JsonValueKind.Null, busy[0].ValueKind);
        Assert.Equal(1, busy[1].GetDouble());
    }

    [Fact]
    public async Task An_hour_is_kept_and_no_more()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        DateTimeOffset start = proxy.Clock.GetUtcNow();
        proxy.Bob.OnInvite = static call => call.Reject(603);
        proxy.Call();
        proxy.Run(5);
        proxy.Run(3600);
        JsonElement charts = await ReadAsync(proxy);
        Assert.Equal(720, Line(charts, "active").GetArrayLength());
        Assert.Equal(start.AddSeconds(5), charts.GetProperty("start").GetDateTimeOffset());
        // The failure lies more than an hour back.
        Assert.False(charts.GetProperty("series").GetProperty("failures").EnumerateObject().Any());
    }

    private static JsonElement Line(JsonElement charts, string name) => charts.GetProperty("series").GetProperty(name);

    private static async Task<JsonElement> ReadAsync(ManagedProxy proxy)
    {
        using var http = new HttpClient { BaseAddress = proxy.BaseUrl };
        byte[] json = await http.GetByteArrayAsync(new Uri("/api/v1/charts", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.InRange(json.Length, 1, 200_000);
        return JsonSerializer.Deserialize<JsonElement>(json);
    }
}
