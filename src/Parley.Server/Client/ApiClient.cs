using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Parley.Server.Commands;

namespace Parley.Server.Client;

/// <summary>Speaks to <c>/api/v1</c> of a server. What goes wrong is a <see cref="CommandException"/> with the exit code for it.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _root;

    /// <exception cref="CommandException">The file of trusted certificates cannot be used.</exception>
    public ApiClient(ApiPlace place)
    {
        _root = new Uri(place.Url, "api/v1/");
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (place.Authority is { } file)
            handler.SslOptions.CertificateChainPolicy = Trusting(file);
        // Each request has its own limit: a stream of events has none.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("parley", "1"));
        if (place.Token is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Asks for a path below /api/v1 and reads its JSON.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, path, null, stop);

    /// <summary>As <see cref="GetAsync"/>; null when the server says 404.</summary>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken stop)
    {
        try
        {
            return await GetAsync(path, stop);
        }
        catch (CommandException error) when (error.ExitCode == ExitCodes.No)
        {
            return null;
        }
    }

    /// <summary>Sends a request, with a body of JSON or none; the answer's JSON, or an undefined element where there is none.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await OpenAsync(method, path, body, "application/json", limit.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            if (response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0)
                return default;
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: limit.Token);
            return document.RootElement.Clone();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.Unavailable, $"{_root.Authority} has not answered for {Patience.TotalSeconds:0} s");
        }
        catch (JsonException error)
        {
            throw new CommandException(ExitCodes.Protocol, $"{_root.Authority} answered what is no JSON", error);
        }
        catch (IOException error)
        {
            throw new CommandException(ExitCodes.Unavailable, $"{_root.Authority} broke off its answer: {error.Message}", error);
        }
    }

    /// <summary>Opens an answer that is read as it comes. The caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string accept, CancellationToken stop, string? lastEvent = null) =>
        OpenAsync(HttpMethod.Get, path, null, accept, stop, lastEvent);

    private async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method,
        string path,
        string? body,
        string accept,
        CancellationToken stop,
        string? lastEvent = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(_root, path));
        request.Headers.Accept.ParseAdd(accept);
        if (lastEvent is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
        if (response.IsSuccessStatusCode && IsWanted(response, accept))
            return response;
        using (response)
            throw await RefusedAsync(response, path, stop);
    }

    private static bool IsWanted(HttpResponseMessage response, string accept) =>
        response.StatusCode == HttpStatusCode.NoContent
        || response.Content.Headers.ContentLength == 0
        || accept == "*/*"
        || (response.Content.Headers.ContentType?.MediaType is { } type && type.Equals(accept, StringComparison.OrdinalIgnoreCase));

    private CommandException Unreachable(HttpRequestException error)
    {
        if (error.InnerException is AuthenticationException certificate)
        {
            return new CommandException(
                ExitCodes.Unavailable,
                $"the certificate of {_root.Authority} is not trusted: {Line(certificate.Message)}; --ca FILE names another authority",
                error
            );
        }
        return new CommandException(
            ExitCodes.Unavailable,
            $"no server answers at {_root.Scheme}://{_root.Authority}: {Line(error.InnerException?.Message ?? error.Message)}. Is it running? --url or PARLEY_URL name another",
            error
        );
    }

    private async Task<CommandException> RefusedAsync(HttpResponseMessage response, string path, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        var detail = await DetailAsync(response, stop);
        return status switch
        {
            401 => new CommandException(
                ExitCodes.NotAllowed,
                $"{_root.Authority} wants a token, or another one; --token-file or PARLEY_TOKEN_FILE name a file with it"
            ),
            403 => new CommandException(ExitCodes.NotAllowed, $"{_root.Authority} refuses: {detail ?? "forbidden"}"),
            404 when detail is not null => new CommandException(ExitCodes.No, detail),
            400 or 409 or 413 or 422 when detail is not null => new CommandException(ExitCodes.Usage, detail),
            429 => new CommandException(ExitCodes.TryLater, $"{_root.Authority} refuses for now: {detail ?? "too many requests"}"),
            503 => new CommandException(ExitCodes.Unavailable, $"{_root.Authority}: {detail ?? "not available now"}"),
            >= 500 => new CommandException(ExitCodes.Failed, $"{_root.Authority} failed: {detail ?? $"status {status}"}"),
            _ => new CommandException(
                ExitCodes.Protocol,
                $"{_root.Authority} has no /api/v1/{path.Split('?')[0]} (status {status}): it is no Parley, or one without this"
            ),
        };
    }

    /// <summary>What an answer of application/problem+json says (RFC 9457); null of any other.</summary>
    private static async Task<string?> DetailAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
            return null;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(stop);
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: stop);
            var root = document.RootElement;
            return root.Text("detail") ?? root.Text("title");
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The certificates live as long as the policy that trusts them.")]
    private static X509ChainPolicy Trusting(string file)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandException(ExitCodes.NoInput, $"{file}: cannot be read: {Line(error.Message)}", error);
        }
        if (trusted.Count == 0)
            throw new CommandException(ExitCodes.BadData, $"{file}: there is no certificate in PEM in it");
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }

    private static string Line(string text) => text.ReplaceLineEndings(" ").TrimEnd('.');
}
