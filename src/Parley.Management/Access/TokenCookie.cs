using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>The cookie in which a browser keeps its token: no script reads it, and no other site's page sends it.</summary>
internal static class TokenCookie
{
    /// <summary>Browsers take a name with this beginning over TLS alone, for this host alone and for all paths.</summary>
    private const string SecureName = "__Host-parley";
    private const string PlainName = "parley";
    private const int LongestToken = 3800;

    public static string? Read(HttpRequest request) => request.Cookies[NameFor(request)] is { Length: > 0 } token ? token : null;

    /// <summary>Until the browser ends. False: no cookie can be that long.</summary>
    public static bool TryWrite(HttpContext context, string token)
    {
        if (token.Length > LongestToken || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return false;
        context.Response.Cookies.Append(NameFor(context.Request), token, OptionsFor(context.Request));
        return true;
    }

    public static void Remove(HttpContext context) =>
        context.Response.Cookies.Delete(NameFor(context.Request), OptionsFor(context.Request));

    private static string NameFor(HttpRequest request) => request.IsHttps ? SecureName : PlainName;

    private static CookieOptions OptionsFor(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            Secure = request.IsHttps,
            SameSite = SameSiteMode.Strict,
            Path = "/",
        };
}
