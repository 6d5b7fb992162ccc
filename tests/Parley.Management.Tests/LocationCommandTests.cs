using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Parley.Registrar;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>Commands for registrations.</summary>
public class LocationCommandTests
{
    [Fact]
    public async Task A_contact_is_added_shown_dumped_and_removed()
    {
        await using ManagedProxy proxy = await StartAsync();
        MiClient mi = proxy.Mi;
        LocationTable table = proxy.Application.Services.GetRequiredService<LocationTable>();
        object eight = Add("alice@example.com", "sip:alice@192.0.2.7:5062", "300", "0.5");
        Assert.Equal("OK", (await mi.CallAsync("ul_add", eight)).GetString());
        // OpenSIPS 3 has a parameter more, by position.
        Assert.Equal(
            "OK",
            (
                await mi.CallAsync("ul_add", new object[] { "location", "alice@example.com", "sip:alice@192.0.2.8", 0, "", 0, 0, 0, 0 })
            ).GetString()
        );
        JsonElement shown = await mi.CallAsync("ul_show_contact", new { table_name = "location", aor = "alice@example.com" });
        Assert.Equal(["AOR", "Contacts"], shown.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("alice@example.com", shown.GetProperty("AOR").GetString());
        JsonElement permanent = shown.GetProperty("Contacts")[0],
            passing = shown.GetProperty("Contacts")[1];
        Assert.Equal(
            ["Contact", "ContactID", "Expires", "Q", "Callid", "Cseq", "User-agent", "State", "Flags", "Cflags", "Methods"],
            passing.EnumerateObject().Select(static p => p.Name)
        );
        Assert.Equal("permanent", permanent.GetProperty("Expires").GetString());
        Assert.Equal("1", permanent.GetProperty("Q").GetString());
        Assert.Equal("sip:alice@192.0.2.7:5062", passing.GetProperty("Contact").GetString());
        Assert.Equal(300, passing.GetProperty("Expires").GetInt32());
        Assert.Equal("0.5", passing.GetProperty("Q").GetString());
        Binding binding = table.BindingsOf(AddressOfRecord.Parse("alice@example.com"))[1];
        Assert.Equal(((ulong)binding.ContactId).ToString(CultureInfo.InvariantCulture), passing.GetProperty("ContactID").GetString());

        JsonElement domain = Assert.Single((await mi.CallAsync("ul_dump")).GetProperty("Domains").EnumerateArray());
        Assert.Equal(["name", "hash_size", "AORs"], domain.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("location", domain.GetProperty("name").GetString());
        Assert.Equal(2, domain.GetProperty("AORs")[0].GetProperty("Contacts").GetArrayLength());
        foreach (object brief in new object[] { "brief", 1 })
            Assert.Equal(
                """[{"AOR":"alice@example.com"}]""",
                (await mi.CallAsync("usrloc:dump", new { brief })).GetProperty("Domains")[0].GetProperty("AORs").GetRawText()
            );

        Assert.Equal(
            "OK",
            (await mi.CallAsync("ul_rm_contact", new[] { "location", "alice@example.com", "sip:alice@192.0.2.8" })).GetString()
        );
        Assert.Equal(
            "404 Contact not found",
            await mi.ErrorAsync("ul_rm_contact", new[] { "location", "alice@example.com", "sip:alice@192.0.2.8" })
        );
        Assert.Single(table.BindingsOf(AddressOfRecord.Parse("alice@example.com")));
        Assert.Equal("OK", (await mi.CallAsync("ul_rm", new { table_name = "location", aor = "alice@example.com" })).GetString());
        Assert.Equal(0, table.BindingCount);
        Assert.Equal(
            "404 AOR not found",
            await mi.ErrorAsync("ul_show_contact", new { table_name = "location", aor = "alice@example.com" })
        );
        Assert.Equal(
            "404 AOR not found",
            await mi.ErrorAsync("ul_rm_contact", new[] { "location", "alice@example.com", "sip:alice@192.0.2.8" })
        );
        Assert.Contains(
            proxy.Log.Lines,
            static line =>
                line.Contains("Management command ul_rm ", StringComparison.Ordinal)
                && line.Contains("aor=alice@example.com", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_cannot_be_is_an_error()
    {
        await using ManagedProxy proxy = await StartAsync();
        MiClient mi = proxy.Mi;
        Assert.Equal("404 Table not found", await mi.ErrorAsync("ul_show_contact", new { table_name = "other", aor = "a@b" }));
        Assert.Equal("400 Domain missing in AOR", await mi.ErrorAsync("ul_show_contact", new { table_name = "location", aor = "alice" }));
        Assert.Equal("400 Bad parameter value", await mi.ErrorAsync("ul_add", Add("a@b.example", "no uri", "60", "1")));
        Assert.Equal("400 Bad parameter value", await mi.ErrorAsync("ul_add", Add("a@b.example", "sip:a@192.0.2.1", "60", "1.5")));
        Assert.Equal("400 Bad parameter value", await mi.ErrorAsync("ul_add", Add("a@b.example", "sip:a@192.0.2.1", "-60", "1")));
        Assert.Equal(
            "-32602 Invalid params: Bad type for parameter 'expires'",
            await mi.ErrorAsync("ul_add", Add("a@b.example", "sip:a@192.0.2.1", "soon", "1"))
        );
        for (int i = 0; i < 10; i++)
            await mi.CallAsync("ul_add", Add("a@b.example", $"sip:a@192.0.2.{i}", "60", "1"));
        Assert.Equal(
            "500 Internal Error: A limit of the registrar forbids it",
            await mi.ErrorAsync("ul_add", Add("a@b.example", "sip:a@192.0.2.100", "60", "1"))
        );
    }

    [Fact]
    public async Task Registrations_are_counted()
    {
        await using ManagedProxy proxy = await StartAsync();
        await proxy.Mi.CallAsync("ul_add", Add("a@b.example", "sip:a@192.0.2.1", "60", "1"));
        JsonElement numbers = await proxy.Mi.CallAsync("get_statistics", new { statistics = new[] { "usrloc:", "registrar:" } });
        Assert.Equal(1, numbers.GetProperty("usrloc:registered_users").GetInt32());
        Assert.Equal(1, numbers.GetProperty("usrloc:location-contacts").GetInt32());
        Assert.Equal(3600, numbers.GetProperty("registrar:default_expire").GetInt32());
        Assert.Equal(0, numbers.GetProperty("registrar:accepted_regs").GetInt32());
    }

    private static Task<ManagedProxy> StartAsync() => ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());

    private static Dictionary<string, string> Add(string aor, string contact, string expires, string q) =>
        new()
        {
            ["table_name"] = "location",
            ["aor"] = aor,
            ["contact"] = contact,
            ["expires"] = expires,
            ["q"] = q,
            ["flags"] = "0",
            ["cflags"] = "0",
            ["methods"] = "0",
        };
}
