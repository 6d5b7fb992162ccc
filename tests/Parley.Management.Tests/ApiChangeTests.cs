using System.Net;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>What the API changes: the end of calls, their lifetime, values and profiles, limits; and the audit lines.</summary>
public class ApiChangeTests
{
    [Fact]
    public async Task A_call_is_ended_both_ways_with_headers_and_a_reason()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = Assert.Single(proxy.Dialogs.Dialogs());
        (HttpStatusCode status, string text, _) = await proxy.Api.SendAsync(
            "DELETE",
            $"/api/v1/dialogs/{dialog.Id}",
            """{"reason":"fraud","headers":{"X-Reason":"fraud","Reason":"Q.850;cause=21"}}"""
        );
        Assert.Equal((HttpStatusCode.Accepted, "{}"), (status, text));
        proxy.Run(1);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        Assert.Equal("fraud", dialog.TerminationReason);
        Assert.Contains(
            call.Requests,
            static request =>
                System.Text.Encoding.UTF8.GetString(request.Message.Bytes).Contains("X-Reason: fraud\r\n", StringComparison.Ordinal)
        );
        Assert.Contains(
            proxy.Log.Lines,
            line =>
                line.StartsWith("Information 7010 Management command endDialog by 127.0.0.1:", StringComparison.Ordinal)
                && line.EndsWith($"over http: OK call-id={dialog.CallId} did={dialog.Id}", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_call_that_rings_is_cancelled_and_one_that_is_over_is_not_ended_again()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Ring();
        ScriptedCall call = proxy.Call();
        proxy.Run(1);
        Dialog dialog = Assert.Single(proxy.Dialogs.Dialogs());
        (HttpStatusCode status, _, _) = await proxy.Api.SendAsync("DELETE", $"/api/v1/dialogs/{Uri.EscapeDataString(dialog.CallId)}");
        Assert.Equal(HttpStatusCode.Accepted, status);
        proxy.Run(1);
        Assert.True(call.IsOver);
        Assert.Equal("404 There is no such dialog.", await proxy.Api.ProblemAsync("DELETE", $"/api/v1/dialogs/{dialog.Id}"));
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.Contains("endDialog", StringComparison.Ordinal) && line.Contains("404", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("""{"headers":{"X":"a\r\nVia: x"}}""", "The headers hold a control character.")]
    [InlineData("""{"headers":{"Call-ID":"x"}}""", "The headers cannot be:")]
    [InlineData("""{"reasons":"x"}""", "The body is no JSON of this request's form, at $.reasons (line 1).")]
    [InlineData("""{"reason":1}""", "The body is no JSON of this request's form, at $.reason (line 1).")]
    [InlineData("""{"reason":"a","reason":"b"}""", "The body is no JSON of this request's form")]
    [InlineData("""{"reason":""", "The body is no JSON of this request's form")]
    [InlineData("[]", "The body is no JSON of this request's form")]
    [InlineData("null", "The body is an object.")]
    [InlineData("\"\"", "The body is no JSON of this request's form")]
    public async Task A_body_that_cannot_be_is_refused_in_words_of_the_outside(string body, string detail)
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        string problem = await proxy.Api.ProblemAsync("DELETE", $"/api/v1/dialogs/{dialog.Id}", body);
        Assert.StartsWith("400 " + detail, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("Parley.", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem, StringComparison.Ordinal);
        Assert.Equal(DialogState.Confirmed, dialog.State);
    }

    [Fact]
    public async Task A_call_gets_more_time()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        dialog.Timeout = TimeSpan.FromSeconds(50);
        proxy.Run(10);
        (HttpStatusCode status, string text, _) = await proxy.Api.SendAsync(
            "POST",
            $"/api/v1/dialogs/{dialog.Id}/extend",
            """{"seconds":30}"""
        );
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(70, dialog.RemainingLifetime.TotalSeconds, 1.0);
        ApiLifetime lifetime = JsonSerializer.Deserialize(text, ApiJson.Default.ApiLifetime)!;
        Assert.Equal(proxy.Clock.GetUtcNow() + TimeSpan.FromSeconds(70), lifetime.Expires!.Value, TimeSpan.FromSeconds(1));
        foreach (string seconds in new[] { "0", "-5", "1e300", "\"30\"", "null" })
            Assert.StartsWith(
                "400 ",
                await proxy.Api.ProblemAsync("POST", $"/api/v1/dialogs/{dialog.Id}/extend", $$"""{"seconds":{{seconds}}}"""),
                StringComparison.Ordinal
            );
        Assert.Equal("400 A body is missing.", await proxy.Api.ProblemAsync("POST", $"/api/v1/dialogs/{dialog.Id}/extend"));
        proxy.Run(75);
        Assert.Equal(DialogState.Deleted, dialog.State);
    }

    [Fact]
    public async Task Values_are_set_and_removed()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered();
        string path = $"/api/v1/dialogs/{dialog.Id}/values/";
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("PUT", path + "trunk", """{"value":"gw 1"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("PUT", path + "a%2Fb", """{"value":-7}""")).Status);
        Assert.Equal("gw 1", dialog.Values["trunk"]);
        Assert.True(dialog.Values.TryGetInteger("a/b", out long number));
        Assert.Equal(-7, number);
        foreach (string value in new[] { "1.5", "true", "null", "{}", "[]" })
            Assert.Equal(
                "400 The value is a text or a whole number of 64 bits.",
                await proxy.Api.ProblemAsync("PUT", path + "trunk", $$"""{"value":{{value}}}""")
            );
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("DELETE", path + "trunk")).Status);
        Assert.Null(dialog.Values["trunk"]);
        Assert.Equal("404 The dialog has no value of this name.", await proxy.Api.ProblemAsync("DELETE", path + "trunk"));
    }

    [Fact]
    public async Task Profiles_of_a_dialog_are_set_and_unset_within_their_limits()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Dialog dialog = proxy.Answered(),
            other = proxy.Answered();
        string path = $"/api/v1/dialogs/{dialog.Id}/profiles/";
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("PUT", path + "caller", """{"value":"a"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("PUT", path + "caller", """{"value":"b"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("PUT", path + "all")).Status);
        Assert.Equal(3, dialog.Profiles.ToList().Count);
        Assert.Equal("400 The profile has values: give one.", await proxy.Api.ProblemAsync("PUT", path + "caller"));
        Assert.Equal("400 The profile has no values.", await proxy.Api.ProblemAsync("PUT", path + "all", """{"value":"a"}"""));
        Assert.Equal("404 There is no such profile.", await proxy.Api.ProblemAsync("PUT", path + "nothing"));
        Assert.Equal(HttpStatusCode.OK, (await proxy.Api.SendAsync("PATCH", "/api/v1/profiles/caller", """{"limit":1}""")).Status);
        Assert.Equal(
            "409 The limit of the profile is reached.",
            await proxy.Api.ProblemAsync("PUT", $"/api/v1/dialogs/{other.Id}/profiles/caller", """{"value":"a"}""")
        );
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("DELETE", path + "caller", """{"value":"a"}""")).Status);
        Assert.True(dialog.Profiles.Contains("caller", "b"));
        Assert.Equal(HttpStatusCode.NoContent, (await proxy.Api.SendAsync("DELETE", path + "caller")).Status);
        Assert.False(dialog.Profiles.Contains("caller"));
        Assert.Equal("404 The dialog is not in this profile.", await proxy.Api.ProblemAsync("DELETE", path + "caller"));
    }

    [Fact]
    public async Task Profiles_are_listed_with_their_largest_values_and_their_limits_changed()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        for (int i = 0; i < 6; i++)
            proxy.Answered().Profiles.Set("caller", i < 3 ? "busy" : $"user{i}");
        ApiProfile caller = Assert.Single(
            await proxy.Api.GetAsync("/api/v1/profiles", ApiJson.Default.IReadOnlyListApiProfile),
            static profile => profile.Name == "caller"
        );
        Assert.Equal((true, 6, 4, null), (caller.HasValue, caller.Size, caller.Values, caller.Limit));
        Assert.Null(caller.Top);
        ApiProfile top = await proxy.Api.GetAsync("/api/v1/profiles/caller?top=2", ApiJson.Default.ApiProfile);
        Assert.Equal([new ApiTopValue("busy", 3, null), new ApiTopValue("user3", 1, null)], top.Top);
        Assert.Equal(HttpStatusCode.OK, (await proxy.Api.SendAsync("PATCH", "/api/v1/profiles/caller", """{"limit":5}""")).Status);
        Assert.Equal(5, proxy.Dialogs.FindProfile("caller")!.Limit);
        Assert.Contains(proxy.Log.Lines, static line => line.EndsWith("profile=caller limit=5 before=none", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await proxy.Api.SendAsync("PATCH", "/api/v1/profiles/caller", """{"limit":null}""")).Status);
        Assert.Null(proxy.Dialogs.FindProfile("caller")!.Limit);
        Assert.StartsWith(
            "400 A limit is that of all values",
            await proxy.Api.ProblemAsync("PATCH", "/api/v1/profiles/caller", """{"limit":1,"value":"a"}"""),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "400 ",
            await proxy.Api.ProblemAsync("PATCH", "/api/v1/profiles/caller", """{"limit":-1}"""),
            StringComparison.Ordinal
        );
        Assert.StartsWith("400 ", await proxy.Api.ProblemAsync("PATCH", "/api/v1/profiles/caller", "{}"), StringComparison.Ordinal);
        Assert.Equal("404 There is no such profile.", await proxy.Api.ProblemAsync("GET", "/api/v1/profiles/nothing"));
    }

    [Fact]
    public async Task A_reader_changes_nothing_and_that_is_logged()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddReader());
        Dialog dialog = proxy.Answered();
        Assert.Equal("403 This needs the role operate.", await proxy.Api.ProblemAsync("DELETE", $"/api/v1/dialogs/{dialog.Id}"));
        Assert.Equal(
            "403 This needs the role operate.",
            await proxy.Api.ProblemAsync("PATCH", "/api/v1/profiles/caller", """{"limit":1}""")
        );
        Assert.Equal(DialogState.Confirmed, dialog.State);
        Assert.Contains(
            proxy.Log.Lines,
            static line => line.StartsWith("Warning 7011 Management command endDialog of ", StringComparison.Ordinal)
        );
        Assert.Equal("read", (await proxy.Api.GetAsync("/api/v1/me")).GetProperty("role").GetString());
        Assert.Single((await proxy.Api.DialogsAsync()).Items);
    }
}
