using Microsoft.Extensions.DependencyInjection;
using Parley.Proxy.Tests;
using Xunit;

namespace Parley.Hosting.Tests;

public sealed class ParleyModuleTests
{
    [Fact]
    public void Modules_are_made_and_initialised_once_by_Build_in_the_order_in_which_they_were_added()
    {
        var heard = new List<string>();
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder().Listen("udp:127.0.0.1:0");
        builder.Services.AddSingleton(heard);
        builder.AddModule<First>().AddModule<Second>().AddModule<First>();
        using ParleyApplication app = builder.Build();
        Assert.Equal(["first made", "second made", "first initialised", "second initialised"], heard);
        Assert.Same(app, app.Services.GetRequiredService<First>().Application);
    }

    [Fact]
    public void A_module_may_set_the_main_route()
    {
        using var fixture = new ProxyFixture(null, static builder => builder.AddModule<Answering>());
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([299], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_module_that_throws_in_Initialize_stops_the_build() =>
        Assert.Equal(
            "cannot bind",
            Assert.Throws<InvalidOperationException>(() => ParleyApplication.CreateEmptyBuilder().AddModule<Broken>().Build()).Message
        );

    [Fact]
    public void A_module_without_the_service_it_needs_names_the_call_that_adds_it() =>
        Assert.Equal(
            "Needy has no IWeather: call builder.AddWeather() before Build().",
            Assert.Throws<InvalidOperationException>(static () => ParleyApplication.CreateEmptyBuilder().AddModule<Needy>().Build()).Message
        );

    [Fact]
    public void A_module_with_the_service_it_needs_or_with_another_constructor_is_made()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder().Listen("udp:127.0.0.1:0");
        builder.Services.AddSingleton<IWeather, Sunshine>();
        using ParleyApplication app = builder.AddModule<Needy>().Build();
        Assert.NotNull(app.Services.GetRequiredService<Needy>());
        using ParleyApplication other = ParleyApplication.CreateEmptyBuilder().Listen("udp:127.0.0.1:0").AddModule<Content>().Build();
        Assert.NotNull(other.Services.GetRequiredService<Content>());
    }

    [Fact]
    public void A_service_asked_for_and_not_there_names_the_call_that_adds_it()
    {
        using ParleyApplication app = ParleyApplication.CreateEmptyBuilder().Listen("udp:127.0.0.1:0").Build();
        Assert.Equal(
            "The application has no IWeather: call builder.AddWeather() before Build().",
            Assert.Throws<InvalidOperationException>(app.Services.GetRequiredService<IWeather>).Message
        );
        Assert.Contains(
            nameof(Sunshine),
            Assert.Throws<InvalidOperationException>(app.Services.GetRequiredService<Sunshine>).Message,
            StringComparison.Ordinal
        );
        Assert.Null(app.Services.GetService<IWeather>());
    }

    [AddedBy("AddWeather")]
    private interface IWeather;

    private sealed class Sunshine : IWeather;

    private abstract class Noting(List<string> heard, string name) : IParleyModule
    {
        public ParleyApplication? Application { get; private set; }

        public void Initialize(ParleyApplication application)
        {
            Application = application;
            heard.Add(name + " initialised");
        }
    }

    private sealed class First : Noting
    {
        public First(List<string> heard)
            : base(heard, "first") => heard.Add("first made");
    }

    private sealed class Second : Noting
    {
        public Second(List<string> heard)
            : base(heard, "second") => heard.Add("second made");
    }

    private sealed class Answering : IParleyModule
    {
        public void Initialize(ParleyApplication application) =>
            application.OnRequest(static context =>
            {
                context.Reply(299);
                return default;
            });
    }

    private sealed class Broken : IParleyModule
    {
        public void Initialize(ParleyApplication application) => throw new InvalidOperationException("cannot bind");
    }

    private sealed class Needy(IWeather weather) : IParleyModule
    {
        public void Initialize(ParleyApplication application) => Assert.NotNull(weather);
    }

    private sealed class Content : IParleyModule
    {
        public Content(IWeather weather) => Assert.NotNull(weather);

        public Content() { }

        public void Initialize(ParleyApplication application) { }
    }
}
