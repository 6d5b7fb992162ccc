using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Parley.Server.Tests;

/// <summary>A server with the answers of a test: what the command line asks for and how it takes what comes.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();

    private FakeApi()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    /// <summary>Method, path, query and body of each request.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The token that is wanted; null: none.</summary>
    public string? Token { get; set; }

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<FakeApi> StartAsync()
    {
        var api = new FakeApi();
        await api._web.StartAsync(TestContextToken);
        return api;
    }

    /// <summary>Answers a method and path, without query, with JSON.</summary>
    public FakeApi On(string request, string json, int status = 200, string type = "application/json") =>
        On(
            request,
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                return context.Response.WriteAsync(json);
            }
        );

    public FakeApi On(string request, Func<HttpContext, Task> answer)
    {
        _answers[request] = answer;
        return this;
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var path = $"{context.Request.Method} {context.Request.Path}";
        Asked.Enqueue($"{path}{context.Request.QueryString} {body}".TrimEnd());
        if (Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
        {
            context.Response.StatusCode = 401;
            return;
        }
        if (_answers.TryGetValue(path, out var answer))
        {
            await answer(context);
            return;
        }
        context.Response.StatusCode = 404;
        context.Response.ContentType = "application/problem+json";
        await context.Response.WriteAsync($$"""{"title":"Not Found","status":404,"detail":"there is no {{context.Request.Path}}"}""");
    }
}
